/** Share codes over HTTP: made, opened, seen and ended; everything that does not open looks the same. */
import test, { type ExecutionContext } from 'ava';
import { freezeHolder } from '../../src/accounts/people/holders.ts';
import type { Actor } from '../../src/accounts/role.ts';
import { entriesAfter } from '../../src/audit/store.ts';
import { inspectionRoutes } from '../../src/inspection/routes.ts';
import { changeState } from '../../src/revocation/change-state.ts';
import { startService } from '../../src/service.ts';
import {
  isShareCodeList,
  isShareCodeMade,
  isShareCodeResult,
  type ShareCodeList,
  type ShareCodeMade,
} from '../../src/shared/shapes/shapes.ts';
import { sharingRoutes } from '../../src/sharing/routes.ts';
import { SHARE_LIMITS } from '../../src/sharing/share-code.ts';
import { sweepShareCodes } from '../../src/sharing/sweep-share-codes.ts';
import { newAct } from '../../src/world.ts';
import { aScene, EVE, numberOf, OPENING, type Scene } from '../collection/a-holder.ts';
import { aHolder, anActor } from '../support/actor.ts';
import { served, type Served } from '../support/api.ts';
import { anAct, idNumberOf } from '../support/bureau.ts';
import { databases, type TestDatabase } from '../support/database.ts';
import { client, signInHolder } from '../support/people.ts';

const DAY = 86_400;
const PURPOSE = '岗位聘任核验';

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: unknown;
  readonly code: unknown;
}

interface Sharing extends Scene {
  readonly api: Served;
  readonly send: (method: string, path: string, body?: unknown) => Promise<Answer>;
  readonly make: (changes?: object) => Promise<Answer>;
  readonly open: (code: string) => Promise<Answer>;
}

async function aSharing(
  t: ExecutionContext,
  database: TestDatabase,
  options: { holders?: number; at?: number } = {},
): Promise<Sharing> {
  const scene = await aScene(t, database, options);
  const api = await served(t, scene.world, (world, routes) => {
    sharingRoutes(world, routes, { beatMs: 1 });
    inspectionRoutes(world, routes);
  });
  api.by = aHolder(idNumberOf(1));
  const send: Sharing['send'] = async (method, path, body) => {
    const headers = { 'content-type': 'application/json' };
    const init = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) };
    const response = await fetch(api.url + path, init);
    const text = await response.text();
    const parsed = (text === '' ? {} : JSON.parse(text)) as { code?: unknown };
    return { status: response.status, text, body: parsed, code: parsed.code };
  };
  return {
    ...scene,
    api,
    send,
    make: async changes =>
      send('POST', '/api/me/share-codes', {
        number: numberOf(scene),
        purpose: PURPOSE,
        days: 30,
        ...changes,
      }),
    open: async code => send('POST', '/api/share-codes/open', { code }),
  };
}

const madeIn = ({ body }: Answer): ShareCodeMade => body as ShareCodeMade;
const other = (): Actor => ({ ...aHolder(idNumberOf(2)), accountId: 'd'.repeat(32) });
const withoutId = ({ text }: Answer): string => text.replace(/[0-9a-f]{32}/g, '');

for (const database of databases()) {
  const title = (law: string): string => `${database.name}: ${law}`;

  test(
    title('a holder makes a code once seen, a stranger opens it as typed, and the holder sees when'),
    async t => {
      const scene = await aSharing(t, database);

      const made = await scene.make({ purpose: ` ${PURPOSE} ` });
      const { id, code, link, validThrough } = madeIn(made);
      scene.turn(OPENING + 60);
      const opened = await scene.open(code.toLowerCase().replaceAll('-', ' '));
      scene.turn(OPENING + 120);
      await scene.open(code);
      const list = await scene.send('GET', '/api/me/share-codes');
      const looks = await scene.send('GET', '/api/me/looks');
      const [rows] = await scene.world.db.sequelize.query('SELECT * FROM share_codes');

      t.is(made.status, 201);
      t.true(isShareCodeMade(made.body), made.text);
      t.is(link, `http://localhost:3000/query#s=${code}`);
      t.is(validThrough, '2021-09-14');
      t.is(opened.status, 200);
      t.true(isShareCodeResult(opened.body), opened.text);
      t.like(opened.body, {
        state: 'VALID',
        number: numberOf(scene),
        version: 1,
        purpose: PURPOSE,
        validThrough,
        verifyUrl: scene.certificates[0]?.qrText ?? 'none',
        at: '2021-08-14T16:01:00Z',
      });
      t.false(opened.text.includes(idNumberOf(1)), 'the ID number is masked');
      t.true(isShareCodeList(list.body), list.text);
      t.deepEqual((list.body as ShareCodeList).items, [
        {
          id,
          number: numberOf(scene),
          purpose: PURPOSE,
          madeAt: '2021-08-14T16:00:00Z',
          validThrough,
          ended: false,
          opened: 2,
          lastOpened: ['2021-08-14T16:02:00Z', '2021-08-14T16:01:00Z'],
        },
      ]);
      t.is(looks.text.match(/shared-certificate\.viewed/g)?.length, 2);
      const kept = JSON.stringify(rows);
      t.false(kept.includes(code) || kept.includes(code.replaceAll('-', '')), 'the code is not kept');
      t.false(kept.includes(PURPOSE), 'the purpose is sealed');
    },
  );

  test(title('a code shows what became of the certificate since: its state is now, not then'), async t => {
    const scene = await aSharing(t, database);
    const { code } = madeIn(await scene.make());
    const revoked = {
      number: numberOf(scene),
      change: 'REVOKE',
      reason: 'FRAUD',
      document: '津人社撤字〔2021〕1号',
    } as const;
    await changeState(scene.world, anAct(OPENING), revoked);

    const opened = await scene.open(code);

    t.like(opened.body, { state: 'REVOKED', stateName: '已撤销', stateSince: '2021-08-14T16:00:00Z' });
  });

  test(title('a code opens to the last second of its last day in Shanghai and no longer'), async t => {
    const scene = await aSharing(t, database);
    const { code, validThrough } = madeIn(await scene.make({ days: 1 }));

    scene.turn(OPENING + 2 * DAY - 1);
    const last = await scene.open(code);
    scene.turn(OPENING + 2 * DAY);
    const over = await scene.open(code);
    const list = await scene.send('GET', '/api/me/share-codes');

    t.is(validThrough, '2021-08-16');
    t.is(last.status, 200);
    t.is(over.code, 'SHARE_CODE_INVALID');
    t.like((list.body as ShareCodeList).items[0], { ended: true, opened: 1 });
  });

  test(title('wrong, over, ended, frozen and uncollectable codes get one answer, byte for byte'), async t => {
    const scene = await aSharing(t, database, { holders: 2 });
    const { code: over } = madeIn(await scene.make({ days: 1 }));
    const { code: ended, id } = madeIn(await scene.make({ days: 180 }));
    const { code: frozen } = madeIn(await scene.make({ days: 180 }));
    scene.api.by = other();
    const { code: early } = madeIn(await scene.make({ number: numberOf(scene, 1), days: 180 }));
    scene.api.by = aHolder(idNumberOf(1));
    await scene.send('DELETE', `/api/me/share-codes/${id}`);
    await freezeHolder(scene.world, anAct(OPENING), { idNumber: idNumberOf(1), source: '测试' });
    scene.turn(EVE);
    const answers = [await scene.open(early)];
    scene.turn(OPENING + 3 * DAY);

    for (const code of [over, ended, frozen, '2345-ABCD-6789-WXYZ', "x' OR '1'='1", '\u202e<b>']) {
      answers.push(await scene.open(code));
    }

    t.deepEqual(
      answers.map(({ status, code }) => [status, code]),
      answers.map(() => [404, 'SHARE_CODE_INVALID']),
    );
    t.is(new Set(answers.map(withoutId)).size, 1);
  });

  test(
    title('only the holder ends a code, as often as they like; another’s id is an absent one'),
    async t => {
      const scene = await aSharing(t, database, { holders: 2 });
      const { id, code } = madeIn(await scene.make());

      scene.api.by = other();
      const stranger = await scene.send('DELETE', `/api/me/share-codes/${id}`);
      const absent = await scene.send('DELETE', `/api/me/share-codes/${'0'.repeat(32)}`);
      const malformed = await scene.send('DELETE', `/api/me/share-codes/${id}%20`);
      const strangersList = await scene.send('GET', '/api/me/share-codes');
      const still = await scene.open(code);
      scene.api.by = aHolder(idNumberOf(1));
      const first = await scene.send('DELETE', `/api/me/share-codes/${id}`);
      scene.turn(OPENING + 60);
      const second = await scene.send('DELETE', `/api/me/share-codes/${id}`);
      const list = await scene.send('GET', '/api/me/share-codes');

      for (const { status, code: problem } of [stranger, absent, malformed])
        t.deepEqual([status, problem], [404, 'NOT_FOUND']);
      t.is(withoutId(stranger), withoutId(absent));
      t.deepEqual((strangersList.body as ShareCodeList).items, []);
      t.is(still.status, 200);
      t.deepEqual([first.status, second.status], [204, 204]);
      t.is((await scene.open(code)).code, 'SHARE_CODE_INVALID');
      t.like((list.body as ShareCodeList).items[0], { ended: true, endedAt: '2021-08-14T16:00:00Z' });
      const entries = await entriesAfter(scene.world.db, 0, 1000);
      t.is(entries.filter(({ action }) => action === 'share-code.ended').length, 1);
    },
  );

  test(
    title('a code is made for an own certificate that can be collected, and in harmless words'),
    async t => {
      const scene = await aSharing(t, database, { holders: 2, at: EVE });

      const early = await scene.make();
      scene.turn(OPENING);
      const another = await scene.make({ number: numberOf(scene, 1) });
      const none = await scene.make({ number: "B' OR 1=1" });
      const words = await Promise.all(
        [
          '用',
          '见 https://evil.example',
          '致电19900001001',
          '字'.repeat(101),
          "'; DROP TABLE share_codes; --",
        ].map(purpose => scene.make({ purpose })),
      );
      const shapes = await Promise.all(
        [{ days: 0 }, { days: 181 }, { days: 1.5 }, { accountId: 'x' }].map(scene.make),
      );

      t.is(early.code, 'NOT_COLLECTABLE');
      t.deepEqual([another.code, none.code], ['NOT_FOUND', 'NOT_FOUND']);
      for (const answer of words) t.deepEqual([answer.status, answer.code], [422, 'CONTENT_INVALID']);
      t.regex(words[0]?.text ?? '', /"pointer":"\/purpose"/);
      for (const answer of shapes) t.is(answer.code, 'BODY_INVALID');
    },
  );

  test(title('staff make no codes'), async t => {
    const scene = await aSharing(t, database);
    scene.api.by = anActor('bureau', 'handler', 'approver', 'administrator');

    t.is((await scene.make()).code, 'FORBIDDEN');
    t.is((await scene.send('GET', '/api/me/share-codes')).code, 'FORBIDDEN');
    t.is((await scene.send('DELETE', `/api/me/share-codes/${'0'.repeat(32)}`)).code, 'FORBIDDEN');
  });

  test(title('an address that tried thirty codes in vain waits, and right codes cost no try'), async t => {
    const scene = await aSharing(t, database);
    const { code } = madeIn(await scene.make());
    const { most } = SHARE_LIMITS.addressFailures;
    for (let turn = 0; turn < most - 1; turn += 1) await scene.open('2345-ABCD-6789-WXYZ');

    const right = [await scene.open(code), await scene.open(code), await scene.open(code)];
    const last = await scene.open('2345-ABCD-6789-WXYZ');
    const limited = [await scene.open('2345-ABCD-6789-WXYZ'), await scene.open(code)];

    t.deepEqual(
      right.map(({ status }) => status),
      [200, 200, 200],
    );
    t.is(last.code, 'SHARE_CODE_INVALID');
    for (const answer of limited) t.deepEqual([answer.status, answer.code], [429, 'TOO_MANY_ATTEMPTS']);
  });

  test(title('codes long over are forgotten with their openings, those alive are not'), async t => {
    const scene = await aSharing(t, database);
    const { code } = madeIn(await scene.make({ days: 1 }));
    await scene.open(code);
    const { id } = madeIn(await scene.make({ days: 180 }));
    await scene.send('DELETE', `/api/me/share-codes/${id}`);
    await scene.make({ days: 180 });
    scene.turn(OPENING + 179 * DAY);
    const early = await sweepShareCodes(scene.world, newAct(scene.world, 'system:test'));
    scene.turn(OPENING + 183 * DAY);
    const late = await sweepShareCodes(scene.world, newAct(scene.world, 'system:test'));
    const again = await sweepShareCodes(scene.world, newAct(scene.world, 'system:test'));
    const [openings] = await scene.world.db.sequelize.query('SELECT * FROM share_code_openings');
    const list = await scene.send('GET', '/api/me/share-codes');

    t.deepEqual([early, late, again], [0, 2, 0]);
    t.deepEqual(openings, []);
    t.is((list.body as ShareCodeList).items.length, 1);
  });

  test(
    title('by the rules of the service: signed in, one effect per key, and never more than twenty alive'),
    async t => {
      const scene = await aScene(t, database);
      const service = await startService(scene.world);
      t.teardown(async () => service.stop());
      const person = { idNumber: idNumberOf(1), phone: '19900001001' };
      const session = await signInHolder(service.url, scene.world, person);
      const holder = client(service.url, session);
      const stranger = client(service.url);
      const wanted = { number: numberOf(scene), purpose: PURPOSE, days: 7 };

      const anonymous = await stranger.post('/api/me/share-codes', wanted);
      const forged = await client(service.url, { ...session, csrfToken: 'x' }).post(
        '/api/me/share-codes',
        wanted,
      );
      const key = { 'idempotency-key': 'share-code-1' };
      const [once, twice] = [
        await holder.post('/api/me/share-codes', wanted, key),
        await holder.post('/api/me/share-codes', wanted, key),
      ];
      const many = await Promise.all(
        Array.from({ length: 24 }, async () => holder.post('/api/me/share-codes', wanted)),
      );
      const { code, id } = once.body as ShareCodeMade;
      const opened = await stranger.post('/api/share-codes/open', { code });
      await holder.delete(`/api/me/share-codes/${id}`);
      const room = await holder.post('/api/me/share-codes', wanted);
      const page = await holder.get('/api/me/share-codes?limit=2');
      const { next } = page.body as ShareCodeList;
      const rest = await holder.get(`/api/me/share-codes?limit=100&before=${next}`);

      t.is(anonymous.status, 401);
      t.is(forged.status, 403);
      t.deepEqual(once.body, twice.body);
      const statuses = many.map(({ status }) => status);
      t.is(statuses.filter(status => status === 201).length, 19);
      t.true(
        statuses.every(status => status === 201 || status === 409),
        statuses.join(),
      );
      t.is(opened.status, 200);
      t.is(room.status, 201);
      t.is((page.body as ShareCodeList).items.length, 2);
      t.is((rest.body as ShareCodeList).items.length, 19);
    },
  );
}
