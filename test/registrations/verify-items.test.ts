/** Verification by registration bodies over HTTP, on both engines (R19, R35). */
import test from 'ava';
import { certificateNumber } from '../../src/certificate/number.ts';
import { requestCorrection } from '../../src/issuance/correct.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { changeState, type StateChange } from '../../src/revocation/change-state.ts';
import { publish } from '../../src/revocation/publish.ts';
import { hasVerified } from '../../src/registrations/store.ts';
import { isRegistrationAnswer } from '../../src/shared/shapes/shapes.ts';
import { isoAt } from '../../src/shared/time.ts';
import { newAct, type World } from '../../src/world.ts';
import { aSigner } from '../clients/signing.ts';
import { anAct, idNumberOf, JULY, JULY_30 } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aScene, byNumber, newestOf, resultsOf, verified } from './asking.ts';

const MATCHED = {
  state: 'VALID',
  stateName: '有效',
  version: 1,
  name: '张*远',
  idNumber: '1201**********' + idNumberOf(1).slice(-4),
  qualification: '高级工程师',
  level: 'B',
  levelName: '副高级',
  series: '工程技术人员',
  specialty: '建筑结构设计',
  reviewBody: '天津市工程技术系列建筑工程专业高级职称评审委员会（测试）',
  obtainedOn: '2021-07-09',
};

for (const database of databases()) {
  test(`by number and ID number, by QR text or by JWT, each item is answered in its place (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const [one, other] = scene.certificates;

    const answer = await verified(scene, {
      items: [
        byNumber(scene.facts[0]),
        { credential: other.qrText },
        { credential: one.jwt },
        { number: ` ${one.number.toLowerCase()} `, idNumber: ` ${scene.facts[0].idNumber.toLowerCase()} ` },
      ],
    });

    t.is(answer.status, 200, JSON.stringify(answer.body));
    t.true(isRegistrationAnswer(answer.body));
    const certificate = { ...MATCHED, number: one.number };
    const others = { number: other.number, idNumber: `1201**********${idNumberOf(2).slice(-4)}` };
    t.deepEqual(answer.body, {
      at: isoAt(JULY_30),
      results: [
        { outcome: 'match', certificate, verdict: 'valid' },
        { outcome: 'match', certificate: { ...certificate, ...others }, verdict: 'valid' },
        { outcome: 'match', certificate, verdict: 'valid' },
        { outcome: 'match', certificate, verdict: 'valid' },
      ],
    });
  });

  // R35: identical answer for "unknown" and "mismatch"
  test(`a number that nobody has, a wrong ID number and another person's number get one answer (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const [one, other] = scene.facts;
    const wrong = [
      { number: certificateNumber('B', 2021, 9999), idNumber: one.idNumber },
      { number: one.number, idNumber: idNumberOf(3) },
      { number: one.number, idNumber: other.idNumber },
      { number: one.number, idNumber: one.idNumber.slice(0, -1) },
      { number: one.number, idNumber: "' OR '1'='1" },
      { number: one.number.slice(0, -1) + ((Number(one.number.slice(-1)) + 1) % 10), idNumber: one.idNumber },
    ];

    const bodies: string[] = [];
    for (const item of wrong) bodies.push(JSON.stringify((await verified(scene, { items: [item] })).body));
    const together = await resultsOf(scene, ...wrong);

    t.deepEqual(
      [...new Set(bodies)],
      [JSON.stringify({ at: isoAt(JULY_30), results: [{ outcome: 'no-match' }] })],
    );
    t.deepEqual(
      together,
      wrong.map(() => ({ outcome: 'no-match' })),
    );
  });

  // R30, R31
  test(`a paper certificate is told to be elsewhere, not to be invalid (${database.name})`, async t => {
    const scene = await aScene(t, database);

    const results = await resultsOf(
      scene,
      { number: '津职证字第00123号', idNumber: idNumberOf(1) },
      byNumber(scene.facts[0]),
    );

    t.like(results[0], { outcome: 'paper' });
    t.regex(JSON.stringify(results[0]), /纸质证书不在本系统查验范围，仍然有效/);
    t.like(results[1], { outcome: 'match' });
  });

  test(`what is not ours, or was altered, matches nothing, and its verdict says which (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { jwt, qrText } = scene.certificates[0];
    const altered = jwt.slice(0, -10) + (jwt.at(-10) === 'A' ? 'B' : 'A') + jwt.slice(-9);

    const results = await resultsOf(
      scene,
      { credential: altered },
      { credential: 'https://example.org/v#1' },
      { credential: `${qrText}0` },
      { credential: '职称\u0000證書' },
      { credential: 'javascript:alert(1)' },
    );

    t.deepEqual(results, [
      { outcome: 'no-match', verdict: 'invalid' },
      { outcome: 'no-match', verdict: 'not-ours' },
      { outcome: 'no-match', verdict: 'invalid' },
      { outcome: 'no-match', verdict: 'not-ours' },
      { outcome: 'no-match', verdict: 'not-ours' },
    ]);
  });

  // domain §5.2: the reason is not public, authorised bodies see it
  test(`suspended and revoked are told with reason, document and dates, at once and by the credential too (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { world, facts, certificates, pass } = scene;
    await change(world, {
      number: facts[0].number,
      change: 'REVOKE',
      reason: 'FRAUD',
      document: '津人社职撤〔2021〕1号',
    });
    await change(world, { number: facts[1].number, change: 'SUSPEND', reason: 'UNDER_INVESTIGATION' });
    const unpublished = await resultsOf(scene, byNumber(facts[0]));
    pass(60);
    await publish(world, newAct(world, 'test:publisher'));
    const published = await resultsOf(
      scene,
      { credential: certificates[0].qrText },
      { credential: certificates[1].jwt },
      byNumber(facts[1]),
    );
    pass(61 * 86_400);
    const [resumed] = await resultsOf(scene, byNumber(facts[1]));

    const revoked = {
      state: 'REVOKED',
      stateName: '已撤销',
      since: isoAt(JULY_30),
      reason: 'FRAUD',
      reasonName: '弄虚作假',
      document: '津人社职撤〔2021〕1号',
      invalidFrom: '2021-07-09',
    };
    const suspended = { state: 'SUSPENDED', reason: 'UNDER_INVESTIGATION', reasonName: '举报核查' };
    // by number the register answers, which knows more than the lists
    t.like(unpublished[0], { outcome: 'match', verdict: 'revoked', certificate: revoked });
    t.like(published[0], { outcome: 'match', verdict: 'revoked', certificate: revoked });
    t.like(published[1], { outcome: 'match', verdict: 'suspended', certificate: suspended });
    t.like(published[2], { outcome: 'match', verdict: 'suspended', certificate: suspended });
    t.regex(JSON.stringify(published[2]), /"suspendedUntil":"2021-09-2\dT/);
    t.like(resumed, { outcome: 'match', certificate: { state: 'VALID', stateName: '有效' } });
    t.notRegex(JSON.stringify(resumed), /reason|since|suspendedUntil/);
  });

  test(`an old version is superseded and leads to the new one; by number the new one answers (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { world, facts, certificates, pass } = scene;
    const [old] = certificates;
    await requestCorrection(world, anAct(), { number: old.number, name: '张明志', proof: '户口簿' });
    pass(60);
    const act = newAct(world, 'test:clerk');
    await releaseAll(world, act, { month: JULY, options: { unprintable: () => [] } });
    await publish(world, act);
    const current = await newestOf(world, old.number);

    const [byOld, byNew, byFacts] = await resultsOf(
      scene,
      { credential: old.qrText },
      { credential: current.qrText },
      byNumber(facts[0]),
    );

    t.like(byOld, {
      outcome: 'match',
      verdict: 'superseded',
      certificate: { version: 1, state: 'SUPERSEDED', stateName: '已换发新版本', name: '张*远' },
      newest: { version: 2, state: 'VALID', stateName: '有效' },
    });
    t.regex(JSON.stringify(byOld), /已换发第 2 版，请持证人出示新版证书/);
    t.like(byNew, { verdict: 'valid', certificate: { version: 2, state: 'VALID', name: '张*志' } });
    t.like(byFacts, { certificate: { version: 2, state: 'VALID', name: '张*志' } });
    t.false('newest' in (byNew ?? {}));
  });

  test(`one to a hundred items are taken, for a purpose of the list, with words where it is another (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const item = byNumber(scene.facts[0]);
    const code = async (wanted: object): Promise<unknown> =>
      (await verified(scene, wanted as Parameters<typeof verified>[1])).code;

    t.is(await code({ items: [] }), 'BODY_INVALID');
    t.is(await code({ items: Array(101).fill(item) }), 'BODY_INVALID');
    t.is(await code({ items: [item], purpose: 'CURIOSITY' }), 'BODY_INVALID');
    t.is(await code({ items: [{ ...item, credential: 'x' }] }), 'BODY_INVALID');
    t.is(await code({ items: [{ number: item.number }] }), 'BODY_INVALID');
    t.is(await code({ items: [{ number: { $gt: '' }, idNumber: item.idNumber }] }), 'BODY_INVALID');
    t.is(await code({ items: [{ credential: 'x'.repeat(8001) }] }), 'BODY_INVALID');
    t.is(await code({ items: [item], __proto__: null, status: 'VALID' }), 'BODY_INVALID');
    t.is(await code({ items: [item], purpose: 'OTHER' }), 'CONTENT_INVALID');
    t.is(await code({ items: [item], purpose: 'OTHER', note: '见 https://evil.example' }), 'CONTENT_INVALID');
    t.is(await code({ items: [item], purpose: 'OTHER', note: '人才引进' }), undefined);
    t.is((await resultsOf(scene, ...Array<unknown>(100).fill(item))).length, 100);
  });

  test(`quotas count items, per minute and per day, for each client (${database.name})`, async t => {
    const scene = await aScene(t, database, { perMinute: 100, perDay: 200 });
    const another = await aSigner(scene.world, { serial: 901, perMinute: 100 });
    const items = (count: number): unknown[] => Array<unknown>(count).fill(byNumber(scene.facts[0]));

    const first = await verified(scene, { items: items(60) });
    const over = await verified(scene, { items: items(41) });
    const filled = await verified(scene, { items: items(40) });
    const full = await verified(scene, { items: items(1) });
    const others = await verified(scene, { items: items(100) }, { signer: another });
    scene.pass(60);
    const nextMinute = await verified(scene, { items: items(100) });
    scene.pass(60);
    const nextDay = await verified(scene, { items: items(1) });
    scene.pass(86_400);
    const again = await verified(scene, { items: items(1) });

    t.deepEqual(
      [first, over, filled, full, others, nextMinute, nextDay, again].map(({ status }) => status),
      [200, 429, 200, 429, 200, 200, 429, 200],
    );
    t.deepEqual([over.code, full.code, nextDay.code], Array(3).fill('QUOTA_EXCEEDED'));
    t.is(over.retryAfter, '60');
    t.is(nextDay.retryAfter, String(86_400 - 120));
  });

  test(`a repeated order with its Idempotency-Key is answered alike and counted once (${database.name})`, async t => {
    const scene = await aScene(t, database, { perMinute: 100 });
    const items = Array<unknown>(60).fill(byNumber(scene.facts[0]));
    const key = { idempotencyKey: 'order-2021-0001' };

    const first = await verified(scene, { items }, key);
    scene.pass(1);
    const again = await verified(scene, { items }, key);
    const other = await verified(scene, { items: items.slice(1) }, key);

    t.is(first.status, 200);
    t.deepEqual(again.body, first.body);
    t.deepEqual([other.status, other.code], [409, 'IDEMPOTENCY_KEY_REUSED']);
  });

  test(`a client has verified a number when it matched, and not before, and no other client has (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { world, facts, certificates, signer } = scene;
    const another = await aSigner(world, { serial: 901 });
    const known = async (number: string, clientId = signer.client.id): Promise<boolean> =>
      hasVerified(world.db, { clientId, number });
    await resultsOf(scene, { number: facts[0].number, idNumber: facts[1].idNumber });
    const before = await known(facts[0].number);
    await resultsOf(scene, byNumber(facts[0]), { credential: certificates[1].jwt });

    t.false(before);
    t.deepEqual([await known(facts[0].number), await known(facts[1].number)], [true, true]);
    t.false(await known(facts[0].number, another.client.id));
  });
}

async function change(
  world: World,
  wanted: Pick<StateChange, 'number' | 'change' | 'reason'> & { document?: string },
): Promise<void> {
  const document = wanted.document;
  await changeState(world, newAct(world, 'test:clerk'), { ...wanted, document, untilDate: undefined });
}
