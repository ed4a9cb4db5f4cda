/** Reports to the bureau over HTTP (R37): sent once, read only by those they are for, answered and closed; nothing told of what exists. */
import test, { type ExecutionContext } from 'ava';
import type { Actor } from '../../src/accounts/role.ts';
import { entriesAfter } from '../../src/audit/store.ts';
import { FEEDBACK_LIMITS } from '../../src/feedback/feedback.ts';
import { feedbackRoutes } from '../../src/feedback/routes.ts';
import { sweepFeedback } from '../../src/feedback/sweep-feedback.ts';
import { newChallenge } from '../../src/lookups/challenge.ts';
import {
  isFeedbackAnswerShown,
  isFeedbackList,
  isFeedbackOwnItem,
  isFeedbackOwnList,
  isFeedbackReceipt,
  isFeedbackView,
  type FeedbackList,
  type FeedbackReceipt,
  type FeedbackView,
} from '../../src/shared/shapes/shapes.ts';
import { newAct } from '../../src/world.ts';
import { aScene, EASY, solve, type Scene } from '../lookups/asking.ts';
import { aHolder, anActor } from '../support/actor.ts';
import { served, type Served } from '../support/api.ts';
import { anAct, idNumberOf } from '../support/bureau.ts';
import { databases, type TestDatabase } from '../support/database.ts';

const TEXT = '证书上的专业写成了“建筑结构”，\n应为“建筑结构设计”。';
const UNKNOWN = 'f'.repeat(32);

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: unknown;
  readonly code: unknown;
}

interface Reporting extends Scene {
  readonly api: Served;
  readonly send: (path: string, body?: object, key?: string) => Promise<Answer>;
  readonly own: (changes?: object, key?: string) => Promise<Answer>;
  /** A stranger's report, with a challenge that is met. */
  readonly strange: (changes?: object) => Promise<Answer>;
  readonly proof: () => { challenge: string; nonce: string };
  readonly as: (by: Actor) => void;
}

const HOLDER = aHolder(idNumberOf(1));
const OTHER: Actor = { ...aHolder(idNumberOf(2)), accountId: 'd'.repeat(32) };
const HANDLER = anActor('bureau', 'handler');

async function aReporting(t: ExecutionContext, database: TestDatabase): Promise<Reporting> {
  const scene = await aScene(t, database);
  const { world } = scene;
  const api = await served(t, world, feedbackRoutes);
  api.by = HOLDER;
  const send: Reporting['send'] = async (path, body, key) => {
    const headers = { 'content-type': 'application/json', ...(key ? { 'idempotency-key': key } : {}) };
    const init = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(api.url + path, init);
    const text = await response.text();
    const parsed = JSON.parse(text) as { code?: unknown };
    return { status: response.status, text, body: parsed, code: parsed.code };
  };
  const proof: Reporting['proof'] = () => {
    const challenge = newChallenge(world, newAct(world, 'public'), EASY.difficultyBits);
    return { challenge, nonce: solve(challenge, EASY.difficultyBits) };
  };
  return {
    ...scene,
    api,
    send,
    proof,
    own: async (changes, key) =>
      send('/api/me/feedback', { category: 'CERTIFICATE', text: TEXT, ...changes }, key),
    strange: async changes =>
      send('/api/feedback', { category: 'FORGERY', text: TEXT, ...proof(), ...changes }),
    as: by => (api.by = by),
  };
}

const receiptIn = ({ body }: Answer): string => (body as FeedbackReceipt).receipt;
const viewIn = ({ body }: Answer): FeedbackView => body as FeedbackView;
const withoutRequest = ({ status, text }: Answer): string => `${status} ${text.replace(/[0-9a-f]{32}/g, '')}`;

/** The only report's id, as a handler finds it. */
async function onlyId({ send, as }: Reporting): Promise<string> {
  as(HANDLER);
  const { body } = await send('/api/feedback?state=OPEN');
  return (body as FeedbackList).items[0]?.id ?? '';
}

for (const database of databases()) {
  const title = (law: string): string => `${database.name}: ${law}`;

  // R37: feedback linked to an application or a certificate
  test(
    title('a holder reports a problem of an application of theirs, and reads the answer there'),
    async t => {
      const scene = await aReporting(t, database);
      const { own, send, as, certificates } = scene;
      const [{ applicationId, number }] = certificates;

      const sent = await own({ applicationId, number, phone: '199 0000 1001' });
      const id = await onlyId(scene);
      const seen = await send(`/api/feedback/${id}`);
      const answered = await send(`/api/feedback/${id}/answer`, {
        version: 1,
        answer: '已通知组建单位更正。',
      });
      as(HOLDER);
      const read = await send('/api/me/feedback');

      t.is(sent.status, 201);
      t.true(isFeedbackOwnItem(sent.body));
      t.true(isFeedbackView(seen.body));
      t.like(seen.body, {
        applicationId,
        number,
        phone: '19900001001',
        text: TEXT,
        sender: 'holder',
        state: 'OPEN',
      });
      t.like(answered.body, { state: 'ANSWERED', version: 2 });
      t.true(isFeedbackOwnList(read.body));
      t.like(read.body, { items: [{ answer: '已通知组建单位更正。', stateName: '已答复', applicationId }] });
      t.false(read.text.includes('19900001001'));
      const actions = (await entriesAfter(scene.world.db, 0, 1000)).map(({ action }) => action);
      t.deepEqual(
        actions.filter(action => action.startsWith('feedback.')),
        ['feedback.sent', 'feedback.viewed', 'feedback.answered'],
      );
    },
  );

  test(title('another’s application is answered exactly as one that is not there'), async t => {
    const { own, certificates } = await aReporting(t, database);

    const another = await own({ applicationId: certificates[1].applicationId });
    const none = await own({ applicationId: UNKNOWN });

    t.is(another.status, 404);
    t.is(withoutRequest(another), withoutRequest(none));
  });

  test(title('a number that exists and one that does not are received alike'), async t => {
    const { strange, certificates } = await aReporting(t, database);

    const known = await strange({ number: certificates[0].number });
    const unknown = await strange({ number: 'B1220219999990' });
    const paper = await strange({ number: '津职 2008-12345' });
    const blind = ({ status, body }: Answer): unknown => [status, Object.keys(body as object)];

    t.is(known.status, 201);
    t.deepEqual(blind(unknown), blind(known));
    t.deepEqual(blind(paper), blind(known));
  });

  test(
    title('whoever is not signed in reads the answer by the receipt, and nothing but the answer'),
    async t => {
      const scene = await aReporting(t, database);
      const { strange, send } = scene;
      const sent = await strange({ phone: '19900001009' });
      t.true(isFeedbackReceipt(sent.body));
      const receipt = receiptIn(sent);
      const before = await send('/api/feedback/receipt', { receipt });
      const id = await onlyId(scene);
      await send(`/api/feedback/${id}/answer`, { version: 1, answer: '经查，该证书不是我局所发。' });
      await send(`/api/feedback/${id}/close`, { version: 2 });

      const typed = await send('/api/feedback/receipt', {
        receipt: ` ${receipt.toLowerCase().replaceAll('-', ' ')}`,
      });
      const wrong = await send('/api/feedback/receipt', { receipt: 'AAAA-BBBB-CCCC-DDDD' });
      const nonsense = await send('/api/feedback/receipt', { receipt: '你好' });

      t.like(before.body, { state: 'OPEN', categoryName: '怀疑证书有假' });
      t.true(isFeedbackAnswerShown(typed.body));
      t.like(typed.body, { state: 'CLOSED', answer: '经查，该证书不是我局所发。' });
      t.false(typed.text.includes('建筑'));
      t.is(wrong.code, 'RECEIPT_UNKNOWN');
      t.is(withoutRequest(nonsense), withoutRequest(wrong));
    },
  );

  test(title('a report sent twice is there once, signed in or not, with the same receipt'), async t => {
    const scene = await aReporting(t, database);
    const { own, send, proof, as } = scene;
    const body = { category: 'PAGE', text: TEXT, ...proof() };

    const [one, two] = [await send('/api/feedback', body), await send('/api/feedback', body)];
    const [first, second] = [await own({}, 'key-1'), await own({}, 'key-1')];
    as(HANDLER);
    const all = await send('/api/feedback');

    t.is(receiptIn(one), receiptIn(two));
    t.is(viewIn(first).id, viewIn(second).id);
    t.true(isFeedbackList(all.body));
    t.is((all.body as FeedbackList).open, 2);
  });

  test(title('only handlers and auditors read reports, and only handlers answer'), async t => {
    const scene = await aReporting(t, database);
    const { own, send, as } = scene;
    await own();
    const id = await onlyId(scene);
    const codes: Record<string, unknown[]> = {};
    const people = {
      other: OTHER,
      employer: anActor('employer', 'clerk'),
      approver: anActor('bureau', 'approver'),
      auditor: anActor('bureau', 'auditor'),
    };

    for (const [name, by] of Object.entries(people)) {
      as(by);
      codes[name] = [
        (await send('/api/feedback')).status,
        (await send(`/api/feedback/${id}`)).status,
        (await send(`/api/feedback/${id}/answer`, { version: 1, answer: '已经处理好了。' })).status,
        (await send(`/api/feedback/${id}/close`, { version: 1 })).status,
      ];
    }
    as(OTHER);
    const others = await send('/api/me/feedback');

    t.deepEqual(codes, {
      other: [403, 403, 403, 403],
      employer: [403, 403, 403, 403],
      approver: [403, 403, 403, 403],
      auditor: [200, 200, 403, 403],
    });
    t.like(others.body, { items: [] });
  });

  test(title('of two handlers the later one is told; what is closed stays as it is'), async t => {
    const scene = await aReporting(t, database);
    const { own, send } = scene;
    await own();
    const id = await onlyId(scene);
    const answer = { version: 1, answer: '已经处理好了。' };

    const codes = [
      (await send(`/api/feedback/${id}/answer`, answer)).status,
      (await send(`/api/feedback/${id}/answer`, answer)).code,
      (await send(`/api/feedback/${id}/answer`, { version: 2, answer: '更正：下周处理好。' })).status,
      (await send(`/api/feedback/${id}/close`, { version: 3 })).status,
      (await send(`/api/feedback/${id}/answer`, { version: 4, answer: '再改一次试试。' })).code,
      (await send(`/api/feedback/${UNKNOWN}/close`, { version: 1 })).code,
    ];

    t.deepEqual(codes, [200, 'STALE', 200, 200, 'STATE_CONFLICT', 'NOT_FOUND']);
  });

  test(title('open reports stand by themselves, newest first, page by page'), async t => {
    const scene = await aReporting(t, database);
    const { own, send, as } = scene;
    for (const text of ['第一条问题反映', '第二条问题反映', '第三条问题反映']) {
      scene.pass(1);
      await own({ text }, `key-${text.codePointAt(1)}`);
    }
    await send(`/api/feedback/${await onlyId(scene)}/close`, { version: 1 });
    as(HANDLER);

    const first = (await send('/api/feedback?state=OPEN&limit=1')).body as FeedbackList;
    const second = (await send(`/api/feedback?state=OPEN&limit=1&before=${first.next}`)).body as FeedbackList;
    const texts = [first, second].flatMap(({ items }) => items.map(({ excerpt }) => excerpt));

    t.deepEqual(texts, ['第二条问题反映', '第一条问题反映']);
    t.is(first.open, 2);
  });

  test(title('the work is asked for, an address has five an hour, an account twenty a day'), async t => {
    const { strange, own, pass } = await aReporting(t, database);

    const unsolved = await strange({ challenge: '0'.repeat(32), nonce: '1' });
    const counted = [];
    for (let time = 0; time <= FEEDBACK_LIMITS.address.most; time += 1)
      counted.push((await strange()).status);
    const owns = [];
    for (let time = 0; time <= FEEDBACK_LIMITS.account.most; time += 1) owns.push((await own()).status);
    pass(3600);

    t.is(unsolved.code, 'CHALLENGE_INVALID');
    t.deepEqual(counted, [201, 201, 201, 201, 201, 429]);
    t.is(owns.filter(status => status === 201).length, FEEDBACK_LIMITS.account.most);
    t.is(owns.at(-1), 429);
    t.is((await strange()).status, 201);
  });

  test(title('guesses at receipts are counted and then refused'), async t => {
    const { send } = await aReporting(t, database);
    const codes = [];
    for (let time = 0; time <= FEEDBACK_LIMITS.receiptAddress.most; time += 1)
      codes.push((await send('/api/feedback/receipt', { receipt: 'AAAA-BBBB-CCCC-DDDD' })).status);

    t.is(codes.filter(status => status === 404).length, FEEDBACK_LIMITS.receiptAddress.most);
    t.is(codes.at(-1), 429);
  });

  // T27
  test(
    title(
      'what is too long, too short or holds control characters is refused at its field, and kept nowhere',
    ),
    async t => {
      const { own, strange, send, as } = await aReporting(t, database);
      const cases: Record<string, object> = {
        empty: { text: '' },
        short: { text: '坏了' },
        blanks: { text: ' '.repeat(30) },
        long: { text: '字'.repeat(1001) },
        huge: { text: '字'.repeat(20_000) },
        nul: { text: '证书打不开\u0000怎么办' },
        escape: { text: '证书打不开\u001b[2J怎么办' },
        category: { category: 'x' },
        phone: { phone: '12345' },
        number: { number: '1'.repeat(60) },
        extra: { state: 'CLOSED' },
      };

      for (const [name, changes] of Object.entries(cases)) {
        for (const answer of [await own(changes), await strange(changes)]) {
          t.true([400, 413, 422].includes(answer.status), `${name}: ${answer.status} ${answer.text}`);
        }
      }
      const faults = (await own({ text: '坏了', phone: '1' })).body as { errors: { pointer: string }[] };
      as(HANDLER);

      t.deepEqual(
        faults.errors.map(({ pointer }) => pointer),
        ['/text', '/phone'],
      );
      t.is(((await send('/api/feedback')).body as FeedbackList).items.length, 0);
    },
  );

  test(
    title(
      'a text of a thousand characters is kept whole, line breaks and all; what turns its direction is not',
    ),
    async t => {
      const scene = await aReporting(t, database);
      const whole = `${'𠮷'.repeat(499)}\n${'字'.repeat(500)}`;
      await scene.own({ text: `\u202e${whole}\r\n` });

      const id = await onlyId(scene);
      const seen = viewIn(await scene.send(`/api/feedback/${id}`));

      t.is(seen.text, whole);
    },
  );

  test(title('three years after it was closed, a report is forgotten; an open one never'), async t => {
    const scene = await aReporting(t, database);
    await scene.own();
    await scene.send(`/api/feedback/${await onlyId(scene)}/close`, { version: 1 });
    scene.as(HOLDER);
    await scene.own();
    const { world } = scene;
    const at = world.clock();

    t.is(await sweepFeedback(world, anAct(at + 1095 * 86_400)), 0);
    t.is(await sweepFeedback(world, anAct(at + 1097 * 86_400)), 1);
    t.is(((await scene.send('/api/me/feedback')).body as { items: unknown[] }).items.length, 1);
  });

  test(title('nothing that people wrote stands readable in the database'), async t => {
    const { own, world } = await aReporting(t, database);
    await own({ phone: '19900001001', number: '津职2008' });

    const [rows] = await world.db.sequelize.query('SELECT * FROM feedback');
    const dump = JSON.stringify(rows);

    for (const secret of ['建筑', '19900001001', '津职2008']) t.false(dump.includes(secret), secret);
  });
}
