import test from 'ava';
import { freezeHolder } from '../../src/accounts/people/holders.ts';
import { freeClaims } from '../../src/applications/claims.ts';
import { addCertificates } from '../../src/certificate/store.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { findLookup, lookupsOf } from '../../src/lookups/store.ts';
import { ownLookups } from '../../src/lookups/own-lookups.ts';
import { sweepLookups } from '../../src/lookups/sweep-lookups.ts';
import { LOOKUP_LIMITS } from '../../src/lookups/lookup.ts';
import { takeTriesIn } from '../../src/accounts/sign-in/limit.ts';
import { changeState } from '../../src/revocation/change-state.ts';
import { isLookupList, isLookupResult } from '../../src/shared/shapes/shapes.ts';
import { isoAt } from '../../src/shared/time.ts';
import { newAct } from '../../src/world.ts';
import { actOf, aHolder, anActor } from '../support/actor.ts';
import { anAct, idNumberOf, JULY_30, someCells, takeIn } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { ask, aScene, messagesSent, newestCode, otherThan, servedTo, shown, type Scene } from './asking.ts';

/** What a POST answers over HTTP: status and body. */
async function post(url: string, body: unknown): Promise<{ status: number; text: string }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

/** A lookup whose code is in the holder's hands. */
async function consented(
  { world, facts }: Scene,
  person: 0 | 1 = 0,
): Promise<{ lookupId: string; code: string }> {
  const lookupId = await ask(world, facts[person]);
  return { lookupId, code: await newestCode(world) };
}

for (const database of databases()) {
  test(`the code shows the certificate with its full name, its masked ID number and its state, once (${database.name})`, async t => {
    const scene = await aScene(t, database, { release: true });
    const service = await servedTo(t, scene);
    const { lookupId, code } = await consented(scene);
    const [certificate] = scene.certificates;

    const first = await post(`${service.url}/api/lookups/${lookupId}/result`, { code });
    const second = await post(`${service.url}/api/lookups/${lookupId}/result`, { code });
    const result: unknown = JSON.parse(first.text);

    t.is(first.status, 200);
    t.true(isLookupResult(result));
    t.deepEqual(result, {
      state: 'VALID',
      stateName: '有效',
      claims: {
        name: '张明远',
        idNumber: idNumberOf(1).replace(/^(.{4}).*(.{4})$/, '$1**********$2'),
        submittingUnit: '天津市住房建设委员会人事处（测试）',
        qualification: '高级工程师',
        series: '工程技术人员',
        specialty: '建筑结构设计',
        level: 'B',
        levelName: '副高级',
        reviewBody: '天津市工程技术系列建筑工程专业高级职称评审委员会（测试）',
        obtainedOn: '2021-07-09',
      },
      number: certificate.number,
      version: 1,
      test: true,
      verifyUrl: certificate.qrText,
      at: isoAt(JULY_30),
    });
    t.false(first.text.includes(idNumberOf(1)));
    t.is(second.status, 401);
    t.regex(second.text, /"code":"CODE_WRONG"/);
  });

  test(`the newest version's record is the one that is asked and shown (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { world, facts } = scene;
    const [first] = scene.certificates;
    const phone = '19900007777';
    const cells = someCells(1, { 手机号码: phone, 专业: '建筑施工' });
    await inTransaction(world.db, async tx => freeClaims(tx, world.db, [first.applicationId]));
    const [applicationId = ''] = await takeIn(world, [cells]);
    const newest = { ...first, id: 'e'.repeat(32), applicationId, version: 2, index: 77 };
    await inTransaction(world.db, async tx => addCertificates(tx, world.db, [newest]));

    await ask(world, facts[0]);
    const toTheOld = await messagesSent(world);
    const lookupId = await ask(world, { ...facts[0], phone });
    const found = await shown(world, { lookupId, code: await newestCode(world) });

    t.is(toTheOld, 0);
    t.like(found, { certificate: { version: 2 }, application: { specialty: '建筑施工' } });
  });

  test(`a wrong, late, used or unknown code is refused in the same words (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { world, facts, pass } = scene;
    const service = await servedTo(t, scene);
    const said = async (lookupId: string, code: string): Promise<string> => {
      const { status, text } = await post(`${service.url}/api/lookups/${lookupId}/result`, { code });
      return `${status} ${text}`;
    };

    const used = await consented(scene);
    const wrong = await said(used.lookupId, otherThan(used.code));
    await said(used.lookupId, used.code);
    const late = await consented(scene, 1);
    const mismatch = await ask(world, { ...facts[0], phone: facts[1].phone });
    const others = [
      await said(used.lookupId, used.code),
      await said(mismatch, '482915'),
      await said('f'.repeat(32), '482915'),
    ];
    pass(300);
    others.push(await said(late.lookupId, late.code));

    t.regex(wrong, /^401 .*"code":"CODE_WRONG"/);
    t.deepEqual(others, [wrong, wrong, wrong, wrong]);
  });

  test(`a code serves until the last second of its five minutes (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const given = await consented(scene);
    scene.pass(299);

    t.not(await shown(scene.world, given), 'CODE_WRONG');
  });

  // T24: two parallel right answers → exactly one
  test(`of two right answers at once exactly one is shown the result (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const given = await consented(scene);

    const outcomes = await Promise.all([shown(scene.world, given), shown(scene.world, given)]);

    t.deepEqual(outcomes.map(outcome => typeof outcome).sort(), ['object', 'string']);
    t.true(outcomes.includes('CODE_WRONG'));
  });

  // R33: five tries
  test(`after five wrong codes the right one is refused (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { lookupId, code } = await consented(scene);

    for (let time = 0; time < 5; time += 1) await shown(scene.world, { lookupId, code: otherThan(code) });

    t.is(await shown(scene.world, { lookupId, code }), 'CODE_WRONG');
  });

  test(`four wrong codes leave the fifth try (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { lookupId, code } = await consented(scene);

    for (let time = 0; time < 4; time += 1) await shown(scene.world, { lookupId, code: otherThan(code) });

    t.is(typeof (await shown(scene.world, { lookupId, code })), 'object');
  });

  // T24: code of another request → refused
  test(`the code of another lookup is refused (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const one = await consented(scene, 0);
    const other = await consented(scene, 1);
    const others = other.code === one.code ? otherThan(one.code) : other.code; // equal once in a million

    t.is(await shown(scene.world, { lookupId: one.lookupId, code: others }), 'CODE_WRONG');
    t.is(typeof (await shown(scene.world, one)), 'object');
  });

  test(`a question that sent nothing is answered by no code, also by the one that it would have sent (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { facts } = scene;
    const code = '482915';
    const world = { ...scene.world, random: () => Number(code) };
    const sent = await ask(world, facts[0]);
    const overLimit = await ask(world, facts[0]);
    const mismatch = await ask(world, { ...facts[0], phone: facts[1].phone });

    t.is(await messagesSent(world), 1);
    t.is(await shown(world, { lookupId: overLimit, code }), 'CODE_WRONG');
    t.is(await shown(world, { lookupId: mismatch, code }), 'CODE_WRONG');
    t.is(typeof (await shown(world, { lookupId: sent, code })), 'object');
  });

  // T24: a distributed guess is stopped by the global limit
  test(`too many wrong codes of all lookups together stop every lookup, and no sign-in (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { world } = scene;
    const given = await consented(scene);
    const { failures } = LOOKUP_LIMITS;
    await inTransaction(world.db, async tx => {
      for (let time = 0; time < failures.most; time += 1)
        await takeTriesIn(tx, world, { at: JULY_30, tries: [{ limit: failures, of: 'all' }] });
    });

    const stopped = await shown(world, { ...given, address: '198.51.100.7' });
    const unknown = await shown(world, { lookupId: 'f'.repeat(32), code: given.code });

    t.is(stopped, 'TOO_MANY_ATTEMPTS');
    t.is(unknown, 'CODE_WRONG');
  });

  // T24: guessing over many lookups ends at what all share, from however many addresses
  test(`guesses at four hundred lookups from as many addresses are stopped at the three hundredth (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { world, facts } = scene;
    const lookupIds: string[] = [];
    for (let time = 0; time < 80; time += 1) {
      const phone = `1990${String(4_000_000 + time)}`;
      lookupIds.push(await ask(world, { ...facts[0], phone }, { address: `10.2.0.${time}` }));
    }

    const outcomes: unknown[] = [];
    for (let time = 0; time < 400; time += 1) {
      const lookupId = lookupIds[time % lookupIds.length] ?? '';
      const code = String(time).padStart(6, '0');
      outcomes.push(await shown(world, { lookupId, code, address: `10.3.${time >> 8}.${time & 255}` }));
    }

    t.deepEqual(new Set(outcomes.slice(0, LOOKUP_LIMITS.failures.most)), new Set(['CODE_WRONG']));
    t.deepEqual(new Set(outcomes.slice(LOOKUP_LIMITS.failures.most)), new Set(['TOO_MANY_ATTEMPTS']));
  });

  test(`a wrong code counts towards what all share, a right one does not (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { world } = scene;
    const { failures } = LOOKUP_LIMITS;
    const take = async (count: number): Promise<void> =>
      inTransaction(world.db, async tx => {
        for (let time = 0; time < count; time += 1)
          await takeTriesIn(tx, world, { at: JULY_30, tries: [{ limit: failures, of: 'all' }] });
      });
    const right = await consented(scene, 0);
    const wrong = await consented(scene, 1);

    await take(failures.most - 1);
    const first = await shown(world, right);
    const second = await shown(world, { ...wrong, code: otherThan(wrong.code) });
    const third = await shown(world, wrong);

    t.is(typeof first, 'object');
    t.is(second, 'CODE_WRONG');
    t.is(third, 'TOO_MANY_ATTEMPTS');
  });

  test(`a revoked certificate is shown as revoked, with the day since when (${database.name})`, async t => {
    const scene = await aScene(t, database, { release: true });
    const { world, facts, pass } = scene;
    const service = await servedTo(t, scene);
    await changeState(world, anAct(), {
      number: facts[0].number,
      change: 'REVOKE',
      reason: 'FRAUD',
      document: '津人社职撤〔2021〕1号',
      untilDate: undefined,
    });
    pass(3600);
    const { lookupId, code } = await consented(scene);

    const { text } = await post(`${service.url}/api/lookups/${lookupId}/result`, { code });
    const result: unknown = JSON.parse(text);

    t.true(isLookupResult(result));
    t.like(result, { state: 'REVOKED', stateName: '已撤销', stateSince: isoAt(JULY_30) });
  });

  test(`an account that was frozen meanwhile consents to nothing (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const given = await consented(scene);
    await freezeHolder(scene.world, anAct(), { idNumber: idNumberOf(1), source: '测试' });

    t.is(await shown(scene.world, given), 'CODE_WRONG');
  });

  // R33: log verifier, time, purpose; the holder sees them
  test(`the holder sees who asked, when and why, and whether the code was given; others see nothing of it (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { world, facts, pass } = scene;
    const service = await servedTo(t, scene);
    await ask(world, { ...facts[0], phone: '19900007777' }, { requester: '猜测者' });
    await shown(world, await consented(scene));
    pass(60);
    await ask(world, facts[0], { requester: '李四', purpose: '招聘' });
    await ask(world, facts[0], { requester: '王五', purpose: '合作' });

    const own = await service.get('/api/me/lookups');
    const newest = await service.get('/api/me/lookups?limit=1');
    service.by = aHolder(idNumberOf(2));
    const others = await service.get('/api/me/lookups');
    service.by = anActor('bureau', 'auditor');
    const staff = await service.get('/api/me/lookups');

    const number = facts[0].number;
    t.true(isLookupList(own.body));
    t.deepEqual(own.body, {
      items: [
        item('王五', '合作', { at: JULY_30 + 60, codeSent: false }),
        item('李四', '招聘', { at: JULY_30 + 60 }),
        { ...item('天津测试人才有限公司', '岗位聘任核验'), codeGiven: true, answeredAt: isoAt(JULY_30) },
      ],
      next: null,
    });
    t.is((newest.body as { items: unknown[] }).items.length, 1);
    t.regex(String((newest.body as { next: unknown }).next), /^[0-9a-f]{32}$/);
    t.deepEqual(others.body, { items: [], next: null });
    t.is(staff.code, 'FORBIDDEN');

    function item(requester: string, purpose: string, said: { at?: number; codeSent?: boolean } = {}) {
      const { at = JULY_30, codeSent = true } = said;
      return { at: isoAt(at), requester, purpose, number, codeSent, codeGiven: false };
    }
  });

  test(`the pages of the holder's list follow one another without gap (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { world, facts } = scene;
    const act = actOf(aHolder(idNumberOf(1)), anAct());
    const asked: string[] = [];
    for (let time = 0; time < 5; time += 1) asked.push(await ask(world, facts[0]));

    const first = await ownLookups(world, act, { before: undefined, limit: 2 });
    const second = await ownLookups(world, act, { before: first.at(-1)?.id, limit: 2 });
    const third = await ownLookups(world, act, { before: second.at(-1)?.id, limit: 2 });

    t.deepEqual(
      [...first, ...second, ...third].map(({ id }) => id),
      asked.sort().reverse(),
    );
  });

  test(`codes are forgotten after a day, lookups after three years, challenges when they are over (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { world, certificates } = scene;
    const { lookupId } = await consented(scene);
    const days = async (count: number): Promise<number> => {
      const act = { ...newAct(world, 'system:lookup-sweeper'), at: JULY_30 + count * 86_400 };
      return sweepLookups(world, act);
    };
    const hash = async (): Promise<string | undefined> => (await findLookup(world.db, lookupId))?.codeHash;

    const atOnce = [await days(0), (await hash())?.length];
    const aDayLater = [await days(1.01), await hash()];
    const again = await days(1.02);
    await days(1095);
    const kept = await lookupsOf(world.db, {
      applicationIds: [certificates[0].applicationId],
      before: undefined,
      limit: 9,
    });
    const gone = await days(1097);

    t.deepEqual(atOnce, [0, 64]);
    t.deepEqual(aDayLater, [2, undefined]); // the code and the challenge
    t.is(again, 0);
    t.is(kept.length, 1);
    t.is(gone, 1);
    t.is(await findLookup(world.db, lookupId), undefined);
  });
}

test('a malformed body and a paper number are told at once, over HTTP', async t => {
  const [sqlite] = databases();
  if (!sqlite) throw new RangeError('SQLite is always there');
  const scene = await aScene(t, sqlite);
  const service = await servedTo(t, scene);
  const facts = { ...scene.facts[0], requester: '李四', purpose: '招聘', challenge: '0', nonce: '0' };
  const codeAt = async (body: unknown): Promise<string> => {
    const { status, text } = await post(`${service.url}/api/lookups`, body);
    return `${status} ${(JSON.parse(text) as { code: string }).code}`;
  };

  t.is(await codeAt({ ...facts, phone: undefined }), '400 BODY_INVALID');
  t.is(await codeAt({ ...facts, phone: { $gt: '' } }), '400 BODY_INVALID');
  t.is(await codeAt({ ...facts, idNumber: '1' }), '422 CONTENT_INVALID');
  t.is(await codeAt({ ...facts, number: '津职证字第00123号' }), '422 PAPER_CERTIFICATE');
  t.is(await codeAt(facts), '400 CHALLENGE_INVALID');
});
