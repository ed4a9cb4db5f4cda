import { setTimeout as pause } from 'node:timers/promises';
import test from 'ava';
import { isLookupList, isLookupResult } from '../../src/shared/shapes/shapes.ts';
import { startService } from '../../src/service.ts';
import { databases } from '../support/database.ts';
import { client, signInHolder } from '../support/people.ts';
import { aScene, messagesSent, newestCode, solve } from './asking.ts';

for (const database of databases()) {
  test(`from the challenge to the holder's list, by the rules of the service itself (${database.name})`, async t => {
    const { world, facts, certificates } = await aScene(t, database);
    const service = await startService(world);
    t.teardown(async () => service.stop());
    const stranger = client(service.url);

    const given = await stranger.get('/api/lookups/challenge');
    const { challenge, difficultyBits } = given.body as { challenge: string; difficultyBits: number };
    const question = {
      ...facts[0],
      requester: '李四',
      purpose: '招聘核验',
      challenge,
      nonce: solve(challenge, difficultyBits),
    };
    const order: string[] = [];
    const [asked] = await Promise.all([
      stranger.post('/api/lookups', question).finally(() => order.push('answer')),
      pause(200).then(() => order.push('200 ms')), // T23: sooner than that nothing is answered, however idle the service
    ]);
    const { lookupId } = asked.body as { lookupId: string };
    const code = await newestCode(world);
    const result = await stranger.post(`/api/lookups/${lookupId}/result`, { code });
    const { idNumber, phone } = facts[0];
    const holder = client(service.url, await signInHolder(service.url, world, { idNumber, phone }));
    const own = await holder.get('/api/me/lookups');

    t.is(difficultyBits, 18);
    t.is(asked.status, 202);
    t.deepEqual(order, ['200 ms', 'answer']);
    t.is(await messagesSent(world), 1);
    t.is(result.status, 200);
    t.true(isLookupResult(result.body));
    t.like(result.body, { state: 'VALID', number: certificates[0].number });
    t.is((await stranger.get('/api/me/lookups')).status, 401);
    t.true(isLookupList(own.body));
    t.like(own.body, {
      items: [{ requester: '李四', purpose: '招聘核验', codeSent: true, codeGiven: true }],
    });
  });
}
