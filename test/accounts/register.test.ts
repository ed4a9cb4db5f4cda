import test from 'ava';
import { allOrganisations, organisationsByCode } from '../../src/accounts/store.ts';
import { departmentOf, employmentsOf, isEmployedBy, openEmployment } from '../../src/accounts/ties/store.ts';
import { inTransaction } from '../../src/db/tx.ts';
import {
  isEmploymentList,
  isEmploymentView,
  isOrganisationLinkList,
  isOrganisationLinkView,
  isOrganisationList,
  isOrganisationView,
} from '../../src/shared/shapes/shapes.ts';
import { aBureau, idNumberOf } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aStaff, anOrganisation, client, organisationCodeOf, signInStaff } from '../support/people.ts';
import { anAdministrator, BUREAU_CODE, codeOf, served } from './served.ts';

const EMPLOYER = { name: '天津测试设计院', code: organisationCodeOf(40), capacities: ['employer'] } as const;
const OTHER_EMPLOYER = {
  name: '天津另一_公司',
  code: organisationCodeOf(41),
  capacities: ['employer'],
} as const;
const DEPARTMENT = {
  name: '天津建委（测试）',
  code: organisationCodeOf(42),
  capacities: ['department'],
} as const;
const CLERK = { organisation: EMPLOYER, capacity: 'employer', duty: 'clerk' } as const;
const [SQLITE] = databases();
if (!SQLITE) throw new RangeError('SQLite is always there');

for (const database of databases()) {
  test(`an organisation is registered once by name and code, and may act as more later (${database.name})`, async t => {
    const bureau = await served(t, database);
    const { api } = await anAdministrator(bureau);

    const made = await api.post('/api/organisations', EMPLOYER);
    const { id } = made.body as { id: string };
    const sameCode = await api.post('/api/organisations', { ...EMPLOYER, name: '另一名称' });
    const sameName = await api.post('/api/organisations', { ...EMPLOYER, code: organisationCodeOf(43) });
    const more = await api.post(`/api/organisations/${id}/capacities`, { capacity: 'organiser' });
    const again = await api.post(`/api/organisations/${id}/capacities`, { capacity: 'organiser' });
    const absent = await api.post(`/api/organisations/${'0'.repeat(32)}/capacities`, {
      capacity: 'organiser',
    });

    t.true(isOrganisationView(made.body));
    t.is(made.status, 201);
    t.is(codeOf(sameCode), 'REGISTER_CONFLICT');
    t.is(codeOf(sameName), 'REGISTER_CONFLICT');
    t.deepEqual((more.body as { capacities: string[] }).capacities, ['employer', 'organiser']);
    t.deepEqual(again.body, more.body);
    t.is(absent.status, 404);
    t.is((await allOrganisations(bureau.world.db)).length, 2);
  });

  test(`the register is searched by capacity and by a part of the name, page by page (${database.name})`, async t => {
    const bureau = await served(t, database);
    const { api } = await anAdministrator(bureau);
    for (const organisation of [EMPLOYER, OTHER_EMPLOYER, DEPARTMENT])
      await anOrganisation(bureau.world, organisation);
    const namesOf = async (query: string) => {
      const answer = await api.get(`/api/organisations?${query}`);
      t.true(isOrganisationList(answer.body), query);
      return (answer.body as { organisations: { name: string }[] }).organisations.map(({ name }) => name);
    };

    t.deepEqual(await namesOf('capacity=employer'), [EMPLOYER.name, OTHER_EMPLOYER.name]);
    t.deepEqual(await namesOf(`name=${encodeURIComponent('测试设计')}`), [EMPLOYER.name]);
    t.deepEqual(await namesOf('name=_'), [OTHER_EMPLOYER.name]);
    t.deepEqual(await namesOf('name=%25'), []);
    t.deepEqual(await namesOf('capacity=employer&limit=1'), [EMPLOYER.name]);
  });

  // R14: the employer's department; one at a time
  test(`an employer stands under one department at a time, to the last day (${database.name})`, async t => {
    const bureau = await served(t, database);
    const { api } = await anAdministrator(bureau);
    const { db } = bureau.world;
    const employerId = await anOrganisation(bureau.world, EMPLOYER);
    const departmentId = await anOrganisation(bureau.world, DEPARTMENT);
    const wanted = { employerCode: EMPLOYER.code, departmentCode: DEPARTMENT.code, from: '2021-01-01' };

    const twice = await Promise.all([
      api.post('/api/organisation-links', wanted),
      api.post('/api/organisation-links', wanted),
    ]);
    const made = twice.find(({ status }) => status === 201);
    const { id } = made?.body as { id: string };
    const early = await api.post(`/api/organisation-links/${id}/end`, { to: '2020-12-31' });
    const ended = await api.post(`/api/organisation-links/${id}/end`, { to: '2021-06-30' });
    const again = await api.post(`/api/organisation-links/${id}/end`, { to: '2021-06-30' });
    const overlapping = await api.post('/api/organisation-links', { ...wanted, from: '2021-06-30' });
    const next = await api.post('/api/organisation-links', { ...wanted, from: '2021-07-01' });
    const list = await api.get(`/api/organisation-links?employer=${employerId}`);

    t.deepEqual(twice.map(({ status }) => status).sort(), [201, 409]);
    t.true(isOrganisationLinkView(ended.body));
    t.is(codeOf(early), 'REGISTER_INVALID');
    t.is(codeOf(again), 'REGISTER_CONFLICT');
    t.is(codeOf(overlapping), 'REGISTER_CONFLICT');
    t.is(next.status, 201);
    t.true(isOrganisationLinkList(list.body));
    t.is((list.body as { links: unknown[] }).links.length, 2);
    t.is(await departmentOf(db, employerId, '2020-12-31'), undefined);
    t.is((await departmentOf(db, employerId, '2021-01-01'))?.id, departmentId);
    t.is((await departmentOf(db, employerId, '2021-06-30'))?.id, departmentId);
  });

  // R34: access ends on the leaver's last day
  test(`an employer enters its own people, and a leaver is theirs to the last day (${database.name})`, async t => {
    const bureau = await served(t, database);
    const clerk = await aStaff(bureau.world, CLERK);
    const api = client(bureau.url, await signInStaff(bureau.url, clerk, bureau.clock.now));
    const { organisationId } = clerk;
    const wanted = { idNumber: idNumberOf(7), name: '张明远', from: '2021-03-01' };

    const made = await api.post('/api/employments', wanted);
    const twice = await api.post('/api/employments', wanted);
    const { id } = made.body as { id: string };
    const ended = await api.post(`/api/employments/${id}/end`, { to: '2021-07-29' });
    const current = await api.get('/api/employments?current=true');
    const all = await api.get('/api/employments');
    const on = async (day: string) =>
      isEmployedBy(bureau.world, { organisationId, idNumber: wanted.idNumber, on: day });

    t.true(isEmploymentView(made.body));
    t.is(codeOf(twice), 'REGISTER_CONFLICT');
    t.like(ended.body, { to: '2021-07-29', current: false });
    t.true(isEmploymentList(all.body));
    t.deepEqual((current.body as { employments: unknown[] }).employments, []);
    t.is((all.body as { employments: unknown[] }).employments.length, 1);
    t.false(JSON.stringify(all.body).includes(wanted.idNumber));
    t.deepEqual(
      [await on('2021-02-28'), await on('2021-03-01'), await on('2021-07-29'), await on('2021-07-30')],
      [false, true, true, false],
    );
  });

  test(`a person entered many times at once works there once (${database.name})`, async t => {
    const world = await aBureau(t, database);
    const organisationId = await anOrganisation(world, EMPLOYER);
    const joining = { organisationId, idNumber: idNumberOf(7), name: '张明远', from: '2021-03-01' };

    await Promise.all(
      Array.from({ length: 8 }, async () =>
        inTransaction(world.db, async tx => openEmployment(tx, world, joining)),
      ),
    );

    t.deepEqual(
      (await employmentsOf(world, { organisationId, on: '2021-07-01' })).map(({ idNumber, name }) => [
        idNumber,
        name,
      ]),
      [[joining.idNumber, joining.name]],
    );
  });
}

test('another employer’s people are as good as absent', async t => {
  const bureau = await served(t, SQLITE);
  const own = await aStaff(bureau.world, CLERK);
  const other = await aStaff(bureau.world, { ...CLERK, organisation: OTHER_EMPLOYER });
  const theirs = client(bureau.url, await signInStaff(bureau.url, own, bureau.clock.now));
  const foreign = client(bureau.url, await signInStaff(bureau.url, other, bureau.clock.now));
  const made = await theirs.post('/api/employments', {
    idNumber: idNumberOf(7),
    name: '张明远',
    from: '2021-03-01',
  });
  const { id } = made.body as { id: string };

  const list = await foreign.get('/api/employments');
  const ended = await foreign.post(`/api/employments/${id}/end`, { to: '2021-07-29' });
  const absent = await foreign.post(`/api/employments/${'0'.repeat(32)}/end`, { to: '2021-07-29' });

  t.deepEqual((list.body as { employments: unknown[] }).employments, []);
  t.is(ended.status, 404);
  t.deepEqual({ ...(ended.body as object), requestId: '' }, { ...(absent.body as object), requestId: '' });
});

test('the register is changed by administrators only and seen by all who are signed in', async t => {
  const bureau = await served(t, SQLITE);
  const clerk = await aStaff(bureau.world, CLERK);
  const api = client(bureau.url, await signInStaff(bureau.url, clerk, bureau.clock.now));
  const { organisationId } = clerk;

  const refused = [
    await api.post('/api/organisations', DEPARTMENT),
    await api.post(`/api/organisations/${organisationId}/capacities`, { capacity: 'department' }),
    await api.post('/api/organisation-links', {
      employerCode: EMPLOYER.code,
      departmentCode: EMPLOYER.code,
      from: '2021-01-01',
    }),
  ];

  t.deepEqual([...new Set(refused.map(codeOf))], ['FORBIDDEN']);
  t.is((await api.get('/api/organisations')).status, 200);
  t.is((await client(bureau.url).get('/api/organisations')).status, 401);
});

const WRONG: readonly { name: string; path: string; body: object; code: string }[] = [
  {
    name: 'a code whose check character is wrong',
    path: '/api/organisations',
    body: {
      ...DEPARTMENT,
      code: `${DEPARTMENT.code.slice(0, 17)}${DEPARTMENT.code.endsWith('0') ? '1' : '0'}`,
    },
    code: 'REGISTER_INVALID',
  },
  {
    name: 'an unknown capacity',
    path: '/api/organisations',
    body: { ...DEPARTMENT, capacities: ['king'] },
    code: 'BODY_INVALID',
  },
  {
    name: 'an id of one’s own choice',
    path: '/api/organisations',
    body: { ...DEPARTMENT, id: '0'.repeat(32) },
    code: 'BODY_INVALID',
  },
  {
    name: 'a link to an organisation that is no department',
    path: '/api/organisation-links',
    body: { employerCode: EMPLOYER.code, departmentCode: OTHER_EMPLOYER.code, from: '2021-01-01' },
    code: 'REGISTER_INVALID',
  },
  {
    name: 'a link of the bureau, which is no employer',
    path: '/api/organisation-links',
    body: { employerCode: BUREAU_CODE, departmentCode: BUREAU_CODE, from: '2021-01-01' },
    code: 'REGISTER_INVALID',
  },
  {
    name: 'a link to nobody',
    path: '/api/organisation-links',
    body: { employerCode: EMPLOYER.code, departmentCode: organisationCodeOf(99), from: '2021-01-01' },
    code: 'ORGANISATION_UNKNOWN',
  },
  {
    name: 'a day that does not exist',
    path: '/api/organisation-links',
    body: { employerCode: EMPLOYER.code, departmentCode: EMPLOYER.code, from: '2021-02-30' },
    code: 'CONTENT_INVALID',
  },
];

test('what does not fit does not enter the register', async t => {
  const bureau = await served(t, SQLITE);
  const { api } = await anAdministrator(bureau);
  for (const organisation of [EMPLOYER, OTHER_EMPLOYER]) await anOrganisation(bureau.world, organisation);

  for (const { name, path, body, code } of WRONG) t.is(codeOf(await api.post(path, body)), code, name);
  t.false((await organisationsByCode(bureau.world.db, [DEPARTMENT.code])).has(DEPARTMENT.code));
});
