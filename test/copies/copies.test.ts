/** Use copies (加注) over HTTP: made, verified, downloaded and ended; three alive, ninety days, one use. */
import { randomBytes } from 'node:crypto';
import test, { type ExecutionContext } from 'ava';
import type { Actor } from '../../src/accounts/role.ts';
import { entriesAfter } from '../../src/audit/store.ts';
import { checkUseCopies } from '../../src/cli/fsck-copies.ts';
import { readOneCode } from '../../src/certificate/read-image.ts';
import { useCopyRoutes } from '../../src/copies/routes.ts';
import { requestCorrection } from '../../src/issuance/correct.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { publish } from '../../src/revocation/publish.ts';
import { changeState } from '../../src/revocation/change-state.ts';
import { startService } from '../../src/service.ts';
import {
  isUseCopyList,
  isUseCopyView,
  type UseCopyList,
  type UseCopyView,
} from '../../src/shared/shapes/shapes.ts';
import { currentTrust } from '../../src/verification/current-trust.ts';
import { checkFile } from '../../src/verification/file-check.ts';
import type { VerificationReport } from '../../src/verification/report.ts';
import { verify } from '../../src/verification/verify.ts';
import { newAct } from '../../src/world.ts';
import { aScene, EVE, numberOf, OPENING, type Scene } from '../collection/a-holder.ts';
import { aHolder, anActor } from '../support/actor.ts';
import { served, type Served } from '../support/api.ts';
import { anAct, idNumberOf, JULY } from '../support/bureau.ts';
import { databases, type TestDatabase } from '../support/database.ts';
import { client, signInHolder } from '../support/people.ts';

const DAY = 86_400;
const USE = { purpose: '岗位聘任核验', recipient: '天津样例人才有限公司（测试）' };

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: unknown;
  readonly code: unknown;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

interface Copying extends Scene {
  readonly api: Served;
  readonly send: (method: string, path: string, body?: unknown) => Promise<Answer>;
  readonly make: (changes?: object) => Promise<Answer>;
  /** What a verifier who is online says of that text now. */
  readonly verdict: (text: string) => Promise<VerificationReport>;
}

async function aCopying(
  t: ExecutionContext,
  database: TestDatabase,
  options: { holders?: number; at?: number } = {},
): Promise<Copying> {
  const scene = await aScene(t, database, options);
  const { world } = scene;
  const api = await served(t, world, useCopyRoutes);
  // requests of one account wait for each other, and other tests of this process are not these
  const accountId = randomBytes(16).toString('hex');
  api.by = { ...aHolder(idNumberOf(1)), accountId };
  const send: Copying['send'] = async (method, path, body) => {
    const headers = { 'content-type': 'application/json' };
    const init = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) };
    const response = await fetch(api.url + path, init);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const text = isJson ? Buffer.from(bytes).toString('utf8') : '';
    const parsed = (text === '' ? {} : JSON.parse(text)) as { code?: unknown };
    return {
      status: response.status,
      text,
      body: parsed,
      code: parsed.code,
      headers: response.headers,
      bytes,
    };
  };
  return {
    ...scene,
    api,
    send,
    make: async changes =>
      send('POST', '/api/me/use-copies', {
        number: numberOf(scene),
        ...USE,
        validThrough: '2021-11-13',
        ...changes,
      }),
    verdict: async text => {
      const act = newAct(world, 'test:publisher');
      await publish(world, act);
      return verify(text, await currentTrust(world, act.at), act.at);
    },
  };
}

const madeIn = ({ body }: Answer): UseCopyView => body as UseCopyView;
const fileOf = ({ id }: { id: string }): string => `/api/me/use-copies/${id}/file`;
const other = (): Actor => ({ ...aHolder(idNumberOf(2)), accountId: 'd'.repeat(32) });

for (const database of databases()) {
  const title = (law: string): string => `${database.name}: ${law}`;

  test(
    title(
      'a holder makes a use copy: it verifies with its use, and its file is an original with its own code',
    ),
    async t => {
      const scene = await aCopying(t, database);

      const made = await scene.make({ purpose: ` ${USE.purpose} ` });
      const view = madeIn(made);
      const report = await scene.verdict(view.verifyUrl);
      const file = await scene.send('GET', fileOf(view));
      const original = scene.certificates[0];
      const trust = await currentTrust(scene.world, OPENING);
      const finding = await checkFile(file.bytes, trust, OPENING);
      const pdf = await scene.send('GET', `${fileOf(view)}?format=pdf`);
      const pdfFinding = await checkFile(pdf.bytes, trust, OPENING);
      const unknown = await scene.send('GET', `${fileOf(view)}?format=svg`);
      const list = await scene.send('GET', '/api/me/use-copies');
      const entries = await entriesAfter(scene.world.db, 0, 1000);
      const [rows] = await scene.world.db.sequelize.query('SELECT * FROM use_copies');
      const whole = await checkUseCopies(scene.world);
      await scene.world.db.sequelize.query('UPDATE use_copies SET copy = 2');
      const altered = await checkUseCopies(scene.world);

      t.is(made.status, 201, made.text);
      t.true(isUseCopyView(made.body), made.text);
      t.like(view, {
        ...USE,
        number: numberOf(scene),
        version: 1,
        copy: 1,
        validThrough: '2021-11-13',
        usable: true,
      });
      t.is(report.verdict, 'valid');
      t.deepEqual(report.use, { ...USE, validThrough: '2021-11-13', copy: 1 });
      t.is(report.certificate?.number, numberOf(scene));
      t.is(report.certificate?.issuedAt, OPENING);
      t.is(report.form, '03');
      t.is(file.headers.get('content-type'), 'image/png');
      t.regex(
        file.headers.get('content-disposition') ?? '',
        new RegExp(`filename="certificate-${numberOf(scene)}-1-use-copy-1\\.png"`),
      );
      t.is(await readOneCode(file.bytes), view.verifyUrl);
      t.not(view.verifyUrl, original?.qrText);
      t.is(finding.original, 'original', JSON.stringify(finding));
      t.is(pdf.headers.get('content-type'), 'application/pdf');
      t.is(pdfFinding.original, 'original', JSON.stringify(pdfFinding));
      t.is(unknown.code, 'QUERY_INVALID');
      t.true(isUseCopyList(list.body), list.text);
      t.deepEqual((list.body as UseCopyList).items, [view]);
      t.deepEqual(
        entries.map(({ action }) => action).filter(action => action.startsWith('use-copy.')),
        ['use-copy.made', 'use-copy.downloaded', 'use-copy.downloaded'],
      );
      t.deepEqual(whole, { faults: [], count: 1 });
      t.regex(altered.faults.join(), /^I6 B\d{13}-1 加注副本第 2 份 的签名内容与登记不符$/);
      const kept = JSON.stringify([rows, entries]);
      for (const word of [USE.purpose, USE.recipient, view.verifyUrl]) t.false(kept.includes(word), word);
    },
  );

  test(
    title('a use copy cannot be used after its last day: not downloaded, and expired to verifiers'),
    async t => {
      const scene = await aCopying(t, database);
      const view = madeIn(await scene.make({ validThrough: '2021-08-15' }));

      scene.turn(OPENING + DAY - 1);
      const last = [await scene.verdict(view.verifyUrl), await scene.send('GET', fileOf(view))] as const;
      scene.turn(OPENING + DAY);
      const over = [await scene.verdict(view.verifyUrl), await scene.send('GET', fileOf(view))] as const;
      const list = await scene.send('GET', '/api/me/use-copies');

      t.deepEqual([last[0].verdict, last[1].status], ['valid', 200]);
      t.deepEqual([over[0].verdict, over[1].status, over[1].code], ['expired', 409, 'STATE_CONFLICT']);
      t.regex(over[1].text, /2021年8月15日到期/);
      t.false((list.body as UseCopyList).items[0]?.usable);
    },
  );

  test(title('what becomes of the certificate becomes of its copies, and no more are made'), async t => {
    const scene = await aCopying(t, database);
    const view = madeIn(await scene.make());
    const number = numberOf(scene);
    const steps = [
      [{ number, change: 'SUSPEND', reason: 'UNDER_INVESTIGATION' }, 'suspended', 409],
      [{ number, change: 'RESUME', reason: 'NOT_UPHELD' }, 'valid', 200],
      [{ number, change: 'REVOKE', reason: 'FRAUD', document: '津人社撤字〔2021〕1号' }, 'revoked', 409],
    ] as const;

    for (const [place, [change, verdict, status]] of steps.entries()) {
      const at = OPENING + (place + 1) * 60;
      scene.turn(at);
      await changeState(scene.world, anAct(at), change);
      const isInForce = status === 200;

      t.is((await scene.verdict(view.verifyUrl)).verdict, verdict);
      t.is((await scene.send('GET', fileOf(view))).status, status);
      t.is((await scene.make()).status, isInForce ? 201 : 409);
      const list = (await scene.send('GET', '/api/me/use-copies')).body as UseCopyList;
      t.is(list.items.at(-1)?.usable, isInForce);
    }
    scene.turn(OPENING + 100 * DAY);
    t.is((await scene.verdict(view.verifyUrl)).verdict, 'revoked', 'also after its end');
  });

  test(
    title('when a new version is issued the copies of the old one are superseded, and numbers begin anew'),
    async t => {
      const scene = await aCopying(t, database);
      const view = madeIn(await scene.make());
      await requestCorrection(scene.world, anAct(), {
        number: numberOf(scene),
        name: '张明原',
        proof: '户口簿更名页（测试）',
      });
      await releaseAll(scene.world, anAct(), { month: JULY, options: { unprintable: () => [] } });
      scene.turn(OPENING + 40 * DAY);

      const old = await scene.verdict(view.verifyUrl);
      const oldFile = await scene.send('GET', fileOf(view));
      const next = await scene.make();

      t.is(old.verdict, 'superseded');
      t.is(oldFile.code, 'STATE_CONFLICT');
      t.like(next.body, { version: 2, copy: 1 });
      const report = await scene.verdict(madeIn(next).verifyUrl);
      t.is(report.verdict, 'valid');
      t.like(report.certificate, { version: 2 });
      t.is(report.certificate?.subject.name, '张明原');
    },
  );

  test(title('three copies are alive at most; the fourth is told the day on which one ends'), async t => {
    const scene = await aCopying(t, database);
    const made = [];
    for (const validThrough of ['2021-08-31', '2021-08-20', '2021-11-13'])
      made.push(await scene.make({ validThrough }));

    const fourth = await scene.make();
    scene.turn(OPENING + 6 * DAY);
    const later = await scene.make();

    t.deepEqual(
      made.map(each => madeIn(each).copy),
      [1, 2, 3],
    );
    t.deepEqual([fourth.status, fourth.code], [409, 'TOO_MANY_USE_COPIES']);
    t.regex(fourth.text, /最早可于2021年8月21日再办理/);
    t.is(fourth.headers.get('retry-after'), String(6 * DAY));
    t.is(madeIn(later).copy, 4);
  });

  test(
    title('only an own, collectable certificate is copied, in harmless words, for ninety days at most'),
    async t => {
      const scene = await aCopying(t, database, { holders: 2, at: EVE });

      const early = await scene.make({ validThrough: '2021-08-20' });
      scene.turn(OPENING);
      const another = await scene.make({ number: numberOf(scene, 1) });
      const none = await scene.make({ number: "' OR 1=1 --" });
      const words = [];
      for (const changes of [
        { purpose: '用' },
        { recipient: '某' },
        { purpose: '见 https://evil.example' },
        { recipient: "'; DROP TABLE use_copies; --" },
        { purpose: '字'.repeat(101) },
        { recipient: '字'.repeat(61) },
        { purpose: '核验\u202e' },
        { validThrough: '2021-08-14' },
        { validThrough: '2021-11-14' },
        { validThrough: '2021-09-31' },
      ])
        words.push(await scene.make(changes));
      const shapes = [];
      for (const changes of [{ validThrough: '永久' }, { copy: 9 }, { purpose: 5 }, { recipient: 'a\nb' }])
        shapes.push(await scene.make(changes));
      const noGlyph = await scene.make({ recipient: '𪚥𪚥公司' });

      t.is(early.code, 'NOT_COLLECTABLE');
      t.deepEqual([another.code, none.code], ['NOT_FOUND', 'NOT_FOUND']);
      for (const answer of words)
        t.deepEqual([answer.status, answer.code], [422, 'CONTENT_INVALID'], answer.text);
      for (const answer of shapes) t.is(answer.code, 'BODY_INVALID', answer.text);
      t.deepEqual([noGlyph.status, noGlyph.code], [422, 'GLYPH_MISSING']);
      t.deepEqual((await scene.send('GET', '/api/me/use-copies')).body, { items: [], next: null });
    },
  );

  test(title('another holder’s copy is an absent one, and staff have none'), async t => {
    const scene = await aCopying(t, database, { holders: 2 });
    const view = madeIn(await scene.make());

    scene.api.by = other();
    const stranger = await scene.send('GET', fileOf(view));
    const absent = await scene.send('GET', fileOf({ id: '0'.repeat(32) }));
    const list = await scene.send('GET', '/api/me/use-copies');
    scene.api.by = { ...other(), idNumber: idNumberOf(1) };
    const sameWords = await scene.send('GET', fileOf(view));
    scene.api.by = anActor('bureau', 'handler', 'approver', 'administrator');
    const staff = [
      await scene.make(),
      await scene.send('GET', fileOf(view)),
      await scene.send('GET', '/api/me/use-copies'),
    ];

    const withoutId = ({ text }: Answer): string => text.replace(/[0-9a-f]{32}/g, '');
    t.deepEqual([stranger.status, absent.status, sameWords.status], [404, 404, 404]);
    t.is(withoutId(stranger), withoutId(absent));
    t.deepEqual((list.body as UseCopyList).items, []);
    for (const answer of staff) t.is(answer.code, 'FORBIDDEN');
  });

  test(title('words that fit no page or cannot be printed are refused in words about them'), async t => {
    const scene = await aCopying(t, database);
    // characters that compress badly, as no sentence has them
    const rare = Array.from({ length: 160 }, (_, place) =>
      String.fromCodePoint(0x4e00 + ((place * 7919) % 6000)),
    );

    const answer = await scene.make({
      purpose: rare.slice(0, 100).join(''),
      recipient: rare.slice(100).join(''),
    });
    const unprintable = await scene.make({ recipient: '𥠄字公司' });

    t.is(answer.status, 422);
    t.regex(unprintable.text, /GLYPH_MISSING.*用途或接收单位中的“𥠄”印不出来，请改用其他字/);
    t.true(['QR_TOO_LARGE', 'FACE_DOES_NOT_FIT', 'GLYPH_MISSING'].includes(String(answer.code)), answer.text);
    t.deepEqual((await scene.send('GET', '/api/me/use-copies')).body, { items: [], next: null });
  });

  test(
    title('by the rules of the service: of parallel requests for the last places each place goes once'),
    async t => {
      const scene = await aScene(t, database);
      const service = await startService(scene.world);
      const second = await startService(scene.world);
      t.teardown(async () => Promise.all([service.stop(), second.stop()]));
      const person = { idNumber: idNumberOf(1), phone: '19900001001' };
      const session = await signInHolder(service.url, scene.world, person);
      const holders = [client(service.url, session), client(second.url, session)] as const;
      const wanted = { number: numberOf(scene), ...USE, validThrough: '2021-11-13' };
      const key = { 'idempotency-key': 'use-copy-0001' };

      const anonymous = await client(service.url).post('/api/me/use-copies', wanted);
      const forged = await client(service.url, { ...session, csrfToken: 'x' }).post(
        '/api/me/use-copies',
        wanted,
      );
      const first = await holders[0].post('/api/me/use-copies', wanted, key);
      const repeated = await holders[1].post('/api/me/use-copies', wanted, key);
      await holders[0].post('/api/me/use-copies', wanted);
      const race = await Promise.all(
        [0, 1, 0].map(async at => holders[at]?.post('/api/me/use-copies', wanted)),
      );
      const list = await holders[0].get('/api/me/use-copies?limit=2');
      const { next, items } = list.body as UseCopyList;
      const rest = await holders[0].get(`/api/me/use-copies?limit=2&before=${next}`);
      const bad = await holders[0].get(`/api/me/use-copies?limit=0`);
      const online = await client(service.url).post('/api/verify', {
        text: (first.body as UseCopyView).verifyUrl,
      });

      t.deepEqual([anonymous.status, forged.status], [401, 403]);
      t.is(first.status, 201);
      t.deepEqual(repeated.body, first.body);
      t.deepEqual(race.map(answer => answer?.status).sort(), [201, 409, 409]);
      t.deepEqual(
        [...items, ...(rest.body as UseCopyList).items].map(({ copy }) => copy),
        [3, 2, 1],
      );
      t.is(bad.status, 400);
      t.like(online.body, { verdict: 'valid', use: USE });
    },
  );
}
