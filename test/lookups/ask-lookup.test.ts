import test from 'ava';
import { freezeHolder, changeHolderPhone } from '../../src/accounts/people/holders.ts';
import { addAccount } from '../../src/accounts/people/store.ts';
import { searchEntries } from '../../src/audit/store.ts';
import { certificateNumber } from '../../src/certificate/number.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { recentMessages } from '../../src/messages/enqueue.ts';
import { isLookupAsked, isLookupChallenge } from '../../src/shared/shapes/shapes.ts';
import { anAct, idNumberOf, JULY_30 } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import {
  ask,
  asked,
  aScene,
  EASY,
  failing,
  messagesSent,
  newestCode,
  otherThan,
  refusal,
  servedTo,
  shown,
  solve,
  type Facts,
} from './asking.ts';

const NEW_PHONE = '19900007777';

for (const database of databases()) {
  // R33: all three must match one record, then a code to the reserved phone
  test(`three right facts send one code to the holder's phone (${database.name})`, async t => {
    const { world, facts } = await aScene(t, database);

    await ask(world, facts[0]);
    const [newest] = await recentMessages(world, 1);

    t.is(newest?.template, 'lookup-code');
    t.is(newest?.phone, facts[0].phone);
    t.regex(
      newest?.text ?? '',
      /^【职证】天津测试人才有限公司因“岗位聘任核验”查询您的职称证书，同意请告知验证码 \d{6}，5 分钟内有效；不同意请勿告知。$/,
    );
    t.is(await messagesSent(world), 1);
  });

  // R33, T23: one generic answer
  test(`whatever became of a question, its answer has one status, one head and one body (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { world, facts, pass } = scene;
    const service = await servedTo(t, scene);
    const [own, other] = facts;
    const unknown: string = certificateNumber('B', 2021, 999_999);
    const minute = async (): Promise<unknown> => Promise.resolve(pass(60));
    const freeze = async (): Promise<void> =>
      freezeHolder(world, anAct(), { idNumber: other.idNumber, source: '测试' });
    // after a minute the phone's limit hides nothing
    const cases: Record<string, { facts: Facts; sends: number; first?: () => Promise<unknown> }> = {
      'all right': { facts: own, sends: 1 },
      'over the limit of the phone': { facts: own, sends: 0 },
      'a wrong phone': { facts: { ...own, phone: NEW_PHONE }, sends: 0, first: minute },
      "another's ID number": { facts: { ...own, idNumber: other.idNumber }, sends: 0, first: minute },
      'an ID number of nobody': { facts: { ...own, idNumber: idNumberOf(500) }, sends: 0, first: minute },
      "another's certificate": { facts: { ...own, number: other.number }, sends: 0, first: minute },
      'a number never given': { facts: { ...own, number: unknown }, sends: 0, first: minute },
      'an account that is frozen': { facts: other, sends: 0, first: freeze },
    };

    const answers: string[] = [];
    for (const [name, { facts: given, sends, first }] of Object.entries(cases)) {
      await first?.();
      const before = await messagesSent(world);
      const { address: _, ...body } = asked(world, given);
      const response = await fetch(`${service.url}/api/lookups`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      const head = [...response.headers].filter(([field]) => field !== 'date');
      answers.push(JSON.stringify([response.status, head, text.length, text.replace(/[0-9a-f]{32}/, '')]));

      t.true(isLookupAsked(JSON.parse(text)), name);
      t.is((await messagesSent(world)) - before, sends, name);
    }

    t.is(new Set(answers).size, 1, answers.join('\n'));
    t.regex(answers[0] ?? '', /^\[202,/);
  });

  // T23: identical answers, no message, by whomever
  test(`a thousand wrong triples get identical answers and send nothing (${database.name})`, async t => {
    const { world, facts } = await aScene(t, database);
    const [own, other] = facts;

    const ids: string[] = [];
    for (let time = 0; time < 1000; time += 1) {
      const wrong = [
        { ...own, idNumber: idNumberOf(100 + time) },
        { ...own, number: certificateNumber('B', 2021, 1000 + time) },
        { ...own, phone: `1990${String(2_000_000 + time)}` },
        { ...other, phone: own.phone },
      ] as const;
      const given = wrong[time % wrong.length] ?? own;
      ids.push(await ask(world, given, { address: `10.0.${time >> 8}.${time & 255}` }));
    }

    t.true(ids.every(id => /^[0-9a-f]{32}$/.test(id)));
    t.is(new Set(ids).size, 1000);
    t.is(await messagesSent(world), 0);
  });

  // T25: spacing and caps per phone
  test(`a phone gets a code a minute and ten a day, whoever asks (${database.name})`, async t => {
    const { world, facts, pass } = await aScene(t, database);
    const sentAfter = async (time: number): Promise<number> => {
      await ask(world, facts[0], { address: `192.0.2.${time}` });
      return messagesSent(world);
    };

    const inOneMinute = [await sentAfter(1), await sentAfter(2)];
    pass(59);
    inOneMinute.push(await sentAfter(3));
    pass(1);
    const next = await sentAfter(4);
    for (let time = 5; time < 20; time += 1) {
      pass(60);
      await sentAfter(time);
    }
    const inOneDay = await messagesSent(world);
    pass(24 * 3600);

    t.deepEqual(inOneMinute, [1, 1, 1]);
    t.is(next, 2);
    t.is(inOneDay, 10);
    t.is(await sentAfter(20), 11);
  });

  // T25: however many requests in 60 s for one phone → at most one message
  test(`three hundred questions about one phone within its minute send one code (${database.name})`, async t => {
    const { world, facts, pass } = await aScene(t, database);

    for (let time = 0; time < 300; time += 1) {
      if (time % 5 === 4 && time < 295) pass(1); // 59 seconds in all
      await ask(world, facts[0], { address: `10.1.${time >> 8}.${time & 255}` });
    }

    t.is(await messagesSent(world), 1);
  });

  // T25: 1,000 phones from one address → at most 20
  test(`one address that asks about a thousand phones is answered twenty times (${database.name})`, async t => {
    const { world, facts } = await aScene(t, database);
    const answers: (string | undefined)[] = [];

    for (let time = 0; time < 1000; time += 1) {
      const given = time === 999 ? facts[1] : { ...facts[0], phone: `1990${String(3_000_000 + time)}` };
      answers.push(await refusal(ask(world, given)));
    }

    t.is(answers.filter(answer => answer === undefined).length, 20);
    t.deepEqual([...new Set(answers.slice(20))], ['TOO_MANY_ATTEMPTS']);
    t.is(await messagesSent(world), 0);
  });

  test(`many questions about one phone at once send one code (${database.name})`, async t => {
    const { world, facts } = await aScene(t, database);

    await Promise.all([1, 2, 3, 4, 5].map(async n => ask(world, facts[0], { address: `192.0.2.${n}` })));

    t.is(await messagesSent(world), 1);
  });

  test(`guesses with somebody's phone do not use up the codes that it may get (${database.name})`, async t => {
    const { world, facts } = await aScene(t, database);

    for (let time = 0; time < 12; time += 1) await ask(world, { ...facts[0], idNumber: idNumberOf(50) });
    await ask(world, facts[0]);

    t.is(await messagesSent(world), 1);
  });

  // T25: 1,000 phones from one address → at most 20
  test(`an address asks twenty times an hour, replays included (${database.name})`, async t => {
    const { world, facts, pass } = await aScene(t, database);
    const wrong = { ...facts[0], phone: NEW_PHONE };

    const wanted = asked(world, wrong);
    const replayed: unknown[] = [];
    for (let time = 0; time < 10; time += 1) await ask(world, wrong);
    for (let time = 0; time < 10; time += 1) replayed.push(await refusal(ask(world, wrong, wanted)));

    t.deepEqual(replayed, [undefined, ...Array.from({ length: 9 }, () => 'CHALLENGE_INVALID')]);
    t.is(await refusal(ask(world, wrong)), 'TOO_MANY_ATTEMPTS');
    t.is(await refusal(ask(world, facts[0])), 'TOO_MANY_ATTEMPTS');
    t.is(await messagesSent(world), 0);
    t.is(await refusal(ask(world, wrong, { address: '192.0.2.9' })), undefined);
    pass(3600);
    t.is(await refusal(ask(world, wrong)), undefined);
  });

  test(`a challenge serves one question, also when it is sent many times at once (${database.name})`, async t => {
    const { world, facts } = await aScene(t, database);
    const wanted = asked(world, facts[0]);
    const again = async (changes: object = {}) => refusal(ask(world, facts[0], { ...wanted, ...changes }));

    const outcomes = await Promise.all([again(), again(), again()]);

    t.deepEqual(outcomes.sort(), ['CHALLENGE_INVALID', 'CHALLENGE_INVALID', undefined]);
    t.is(await again({ address: '192.0.2.77', nonce: wanted.nonce }), 'CHALLENGE_INVALID');
    t.is(await messagesSent(world), 1);
  });

  test(`without its challenge nothing is looked up (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const service = await servedTo(t, scene);
    const { world, facts } = scene;
    const given = await service.get('/api/lookups/challenge');
    const { challenge } = given.body as { challenge: string };

    const bad = failing(challenge, EASY.difficultyBits);
    const refused = await refusal(ask(world, facts[0], { challenge, nonce: bad }));
    const taken = await refusal(
      ask(world, facts[0], { challenge, nonce: solve(challenge, EASY.difficultyBits) }),
    );

    t.true(isLookupChallenge(given.body));
    t.is(refused, 'CHALLENGE_INVALID');
    t.is(taken, undefined);
    t.is(await messagesSent(world), 1);
  });

  test(`the phone that the bureau changed takes the place of the application's (${database.name})`, async t => {
    const { world, facts } = await aScene(t, database);
    const reason = '本人窗口办理';
    await changeHolderPhone(world, anAct(), { idNumber: facts[0].idNumber, phone: NEW_PHONE, reason });

    await ask(world, facts[0]);
    const before = await messagesSent(world);
    await ask(world, { ...facts[0], phone: NEW_PHONE });
    const [newest] = await recentMessages(world, 1);

    t.is(before, 0);
    t.is(await messagesSent(world), 1);
    t.is(newest?.phone, NEW_PHONE);
  });

  test(`a phone that was only said at registration consents to nothing (${database.name})`, async t => {
    const { world, facts } = await aScene(t, database);
    await inTransaction(world.db, async tx =>
      addAccount(tx, world, {
        id: world.ids(),
        kind: 'holder',
        login: undefined,
        name: '',
        idNumber: facts[0].idNumber,
        idType: '居民身份证',
        phone: NEW_PHONE,
        phoneSource: 'self',
        mustChange: false,
        state: 'active',
        stateNote: undefined,
        createdAt: JULY_30,
      }),
    );

    await ask(world, { ...facts[0], phone: NEW_PHONE });
    const said = await messagesSent(world);
    await ask(world, facts[0]);

    t.is(said, 0);
    t.is(await messagesSent(world), 1);
  });

  test(`every question and every code shown stands in the audit, without personal data (${database.name})`, async t => {
    const { world, facts, certificates } = await aScene(t, database);
    const wrong = await ask(world, { ...facts[0], phone: NEW_PHONE });
    const right = await ask(world, facts[0]);
    const code = await newestCode(world);
    await shown(world, { lookupId: right, code: otherThan(code) });
    await shown(world, { lookupId: right, code });

    const page = { after: undefined, limit: 50, subject: undefined, order: 'asc' as const };
    const entries = await searchEntries(world.db, { ...page, actor: 'public' });
    const { applicationId } = certificates[0];

    t.deepEqual(
      entries.map(({ action, subject }) => [action, subject]),
      [
        ['lookup.requested', wrong],
        ['lookup.requested', applicationId],
        ['lookup.refused', applicationId],
        ['lookup.answered', applicationId],
      ],
    );
    const text = JSON.stringify(entries);
    for (const secret of [...Object.values(facts[0]), NEW_PHONE, code, '天津测试', '岗位'])
      t.false(text.includes(secret), secret);
  });
}
