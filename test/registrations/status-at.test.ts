/** A registration body asks how a certificate stood on a day: of those it has verified, and nothing of any other (R35). */
import test from 'ava';
import { ZhichengClient } from '../../src/client/zhicheng-client.ts';
import { changeState } from '../../src/revocation/change-state.ts';
import { isStatusAt, type OwnQueryList, type StatusAt } from '../../src/shared/shapes/shapes.ts';
import { ask } from '../clients/signing.ts';
import { aHolder } from '../support/actor.ts';
import { anAct, idNumberOf, JULY_30 } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aScene, byNumber, verified, type Scene } from './asking.ts';
import type { Answered } from '../clients/signing.ts';

const target = (number: string, query: string): string => `/api/v1/certificates/${number}/status-at?${query}`;
const APPOINTMENT = 'purpose=APPOINTMENT';

async function asked(scene: Scene, number: string, query: string): Promise<Answered> {
  return ask(scene, scene.signer, { method: 'GET', target: target(number, query) });
}

/** The client's own type, where it meets the schema: this compiles only while they agree. */
export const fromShapes = (answer: StatusAt): Awaited<ReturnType<ZhichengClient['statusAt']>> => answer;

for (const database of databases()) {
  test(`a body is told of a day of a certificate that it has verified, and the holder of the question (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { world, facts, pass } = scene;
    const [{ number }, other] = facts;
    await verified(scene, { items: [byNumber(facts[0])] });
    const wanted = { number, change: 'REVOKE', reason: 'FRAUD', document: '津人社撤字〔2021〕4号' } as const;
    await changeState(world, anAct(JULY_30 + 86_400), wanted);
    pass(5 * 86_400);

    const before = await asked(scene, number, `at=2021-07-30T04:00:00Z&${APPOINTMENT}`);
    const client = new ZhichengClient({
      origin: 'http://localhost:3000',
      clientId: scene.signer.client.id,
      privateKey: scene.signer.keys.privateKey,
      clock: world.clock,
      fetch: async (to, init) => fetch(String(to).replace('http://localhost:3000', scene.url), init),
    });
    const after = await client.statusAt(number, '2021-08-01', 'APPOINTMENT');

    t.true(isStatusAt(before.body), JSON.stringify(before.body));
    t.like(before.body, { state: 'VALID', versions: [{ annulled: { invalidFrom: '2021-07-09' } }] });
    t.like(after, { state: 'REVOKED', versions: [{ reasonName: '弄虚作假' }] });
    const { body } = await scene.seen(aHolder(idNumberOf(1)), '/api/me/queries');
    t.is((body as OwnQueryList).items.length, 3);
    t.like((body as OwnQueryList).items[0], { number, purpose: 'APPOINTMENT' });
    const unseen = await asked(scene, other.number, `at=2021-07-30&${APPOINTMENT}`);
    const nobodys = await asked(scene, 'B1220219999998', `at=2021-07-30&${APPOINTMENT}`);
    t.deepEqual([unseen.status, unseen.code], [nobodys.status, nobodys.code]);
    t.is(unseen.code, 'NOT_VERIFIED_BEFORE');
    for (const query of [
      'at=2021-07-30',
      APPOINTMENT,
      'at=2021-07-30&purpose=OTHER',
      `at=2999-01-01&${APPOINTMENT}`,
      `at=2021-02-30&${APPOINTMENT}`,
    ])
      t.is((await asked(scene, number, query)).code, 'QUERY_INVALID', query);
  });

  test(`a question about a day counts in the quota (${database.name})`, async t => {
    const scene = await aScene(t, database, { perMinute: 2 });
    const { number } = scene.facts[0];
    await verified(scene, { items: [byNumber(scene.facts[0])] });

    t.is((await asked(scene, number, `at=2021-07-30&${APPOINTMENT}`)).status, 200);
    t.is((await asked(scene, number, `at=2021-07-30&${APPOINTMENT}`)).code, 'QUOTA_EXCEEDED');
  });
}
