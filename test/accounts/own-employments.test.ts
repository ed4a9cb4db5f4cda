/** An employer enters its people by itself (R34); whoever is entered learns of it, by message and in their account. */
import test from 'ava';
import { newestMessageTo } from '../../src/messages/enqueue.ts';
import { isOwnEmploymentList } from '../../src/shared/shapes/shapes.ts';
import { idNumberOf } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aStaff, client, organisationCodeOf, signInHolder, signInStaff } from '../support/people.ts';
import { served } from './served.ts';

const EMPLOYER = { name: '天津测试设计院', code: organisationCodeOf(40), capacities: ['employer'] } as const;
const CLERK = { organisation: EMPLOYER, capacity: 'employer', duty: 'clerk' } as const;
const PERSON = { idNumber: idNumberOf(7), phone: '19900001007' };

for (const database of databases()) {
  test(`a person whom an employer enters as its staff is told so, and sees where they are entered (${database.name})`, async t => {
    const bureau = await served(t, database);
    bureau.reserved.set(PERSON.idNumber, PERSON.phone);
    const clerk = await aStaff(bureau.world, CLERK);
    const employer = client(bureau.url, await signInStaff(bureau.url, clerk, bureau.clock.now));
    const wanted = { idNumber: PERSON.idNumber, name: '张明远', from: '2021-03-01' };

    const made = await employer.post('/api/employments', wanted);
    await employer.post('/api/employments', { ...wanted, idNumber: idNumberOf(8), name: '李明远' });
    const told = await newestMessageTo(bureau.world, PERSON.phone);
    const holder = client(bureau.url, await signInHolder(bureau.url, bureau.world, PERSON));
    const own = await holder.get('/api/me/employments');
    const { id } = made.body as { id: string };
    await employer.post(`/api/employments/${id}/end`, { to: '2021-07-29' });
    const afterwards = await holder.get('/api/me/employments');

    t.regex(told ?? '', /天津测试设计院已将您登记为在职人员/);
    t.true(isOwnEmploymentList(own.body));
    t.deepEqual(own.body, {
      employments: [{ id, organisation: EMPLOYER.name, from: '2021-03-01', to: null }],
    });
    t.deepEqual(afterwards.body, { employments: [] });
    t.is((await employer.get('/api/me/employments')).status, 403);
  });
}
