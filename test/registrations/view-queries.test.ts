/** Every question is kept and shown to the holder and the bureau; nothing of an ID number is in it (R35; PIPL art. 44). */
import test from 'ava';
import { sweepQueries } from '../../src/registrations/sweep-queries.ts';
import { queriesOf } from '../../src/registrations/store.ts';
import { isClientQueryList, isLookList, isOwnQueryList } from '../../src/shared/shapes/shapes.ts';
import { isoAt } from '../../src/shared/time.ts';
import { newAct } from '../../src/world.ts';
import { aSigner } from '../clients/signing.ts';
import { aHolder, anActor } from '../support/actor.ts';
import { idNumberOf, JULY_30 } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aScene, byNumber, resultsOf, verified } from './asking.ts';

const HOLDER = aHolder(idNumberOf(1));

for (const database of databases()) {
  test(`the holder sees which body verified, when and why; others see nothing of it (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { facts, certificates, seen } = scene;
    await verified(scene, { items: [byNumber(facts[0]), byNumber(facts[1])] });
    scene.pass(60);
    await verified(scene, {
      purpose: 'OTHER',
      note: '人才引进',
      items: [{ credential: certificates[0].qrText }],
    });
    await verified(scene, { items: [{ number: facts[0].number, idNumber: facts[1].idNumber }] });

    const own = await seen(HOLDER, '/api/me/queries');
    const looks = await seen(HOLDER, '/api/me/looks');
    const stranger = await seen(aHolder(idNumberOf(3)), '/api/me/queries');
    const staff = await seen(anActor('bureau', 'auditor'), '/api/me/queries');

    const asked = { organisation: '测试注册中心 900', system: '执业注册平台', number: facts[0].number };
    t.true(isOwnQueryList(own.body));
    t.deepEqual(own.body, {
      items: [
        {
          ...asked,
          at: isoAt(JULY_30 + 60),
          purpose: 'OTHER',
          purposeName: '其他',
          note: '人才引进',
          askedBy: 'credential',
        },
        {
          ...asked,
          at: isoAt(JULY_30),
          purpose: 'PRACTICE_REGISTRATION',
          purposeName: '执业注册登记',
          askedBy: 'number',
        },
      ],
      next: null,
    });
    t.true(isLookList(looks.body));
    t.like(looks.body, {
      looks: [
        {
          action: 'registration.viewed',
          by: [{ capacity: 'registration-body', organisation: '测试注册中心 900' }],
        },
      ],
    });
    t.deepEqual(stranger.body, { items: [], next: null });
    t.is(staff.status, 403);
  });

  test(`the bureau sees all that a client asked, page by page, and no ID number (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { facts, seen, signer, world } = scene;
    const another = await aSigner(world, { serial: 901 });
    await resultsOf(scene, byNumber(facts[0]));
    scene.pass(1);
    await resultsOf(scene, { number: facts[1].number, idNumber: facts[0].idNumber });
    scene.pass(1);
    await resultsOf(scene, { number: facts[0].idNumber, idNumber: facts[0].idNumber });
    const auditor = anActor('bureau', 'auditor');
    const path = `/api/clients/${signer.client.id}/queries`;

    const all = await seen(auditor, path);
    const page = await seen(auditor, `${path}?limit=2`);
    const rest = await seen(auditor, `${path}?limit=2&before=${(page.body as { next: string }).next}`);
    const others = await seen(auditor, `/api/clients/${another.client.id}/queries`);
    const unknown = await seen(auditor, `/api/clients/${'f'.repeat(32)}/queries`);
    const refused = [anActor('bureau', 'handler'), anActor('registration-body', 'clerk'), HOLDER];
    const statuses = await Promise.all(refused.map(async () => 0));
    for (const [place, by] of refused.entries()) statuses[place] = (await seen(by, path)).status;

    const items = (answer: { body: unknown }): { outcome: string; number?: string }[] =>
      (answer.body as { items: { outcome: string; number?: string }[] }).items;
    t.true(isClientQueryList(all.body));
    t.deepEqual(
      items(all).map(({ outcome, number }) => [outcome, number]),
      [
        ['paper', undefined],
        ['no-match', facts[1].number],
        ['match', facts[0].number],
      ],
    );
    t.deepEqual([...items(page), ...items(rest)], items(all));
    t.deepEqual(items(others), []);
    t.like(unknown, { status: 404, body: { code: 'CLIENT_UNKNOWN' } });
    t.deepEqual(statuses, [403, 403, 403]);
  });

  test(`no ID number stands in what is kept of questions, nor in the audit (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { world, facts } = scene;
    await resultsOf(scene, byNumber(facts[0]), { number: facts[0].idNumber, idNumber: facts[1].idNumber });
    await verified(scene, { items: [byNumber(facts[0])] }, { idempotencyKey: 'order-2021-0001' });

    const kept: string[] = [];
    for (const table of [
      'api_queries',
      'api_clients',
      'api_nonces',
      'audit_entries',
      'idempotency_keys',
      'attempts',
    ])
      kept.push(JSON.stringify(await world.db.sequelize.query(`SELECT * FROM ${table}`)));

    for (const { idNumber } of facts) t.false(kept.join().includes(idNumber));
    t.true(kept.join().includes('registration.viewed'));
  });

  test(`questions are forgotten after three years (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { world, signer } = scene;
    await resultsOf(scene, byNumber(scene.facts[0]));
    const sweptAfter = async (days: number): Promise<number> =>
      sweepQueries(world, { ...newAct(world, 'system:query-sweeper'), at: JULY_30 + days * 86_400 });

    t.deepEqual([await sweptAfter(1), await sweptAfter(1095), await sweptAfter(1097)], [0, 0, 1]);
    t.deepEqual(await queriesOf(world.db, { clientId: signer.client.id, before: undefined, limit: 9 }), []);
  });
}
