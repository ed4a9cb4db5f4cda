import test from 'ava';
import { isSessionList, isSessionView } from '../../src/shared/shapes/shapes.ts';
import { idNumberOf } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aStaff, client, codeSentTo, signInHolder, signInStaff } from '../support/people.ts';
import { BUREAU_CODE, codeOf, served } from './served.ts';

const DESK = { organisationCode: BUREAU_CODE, capacity: 'bureau', duty: 'handler' } as const;
const PERSON = { idNumber: idNumberOf(1), phone: '19900001001' };
const MINUTE = 60;
const [SQLITE] = databases();
if (!SQLITE) throw new RangeError('SQLite is always there');

for (const database of databases()) {
  test(`a session is over when it was ended, and its cookie opens nothing any more (${database.name})`, async t => {
    const { world, url, clock } = await served(t, database);
    const staff = await aStaff(world, DESK);
    const session = await signInStaff(url, staff, clock.now);
    const api = client(url, session);

    const before = await api.get('/api/session');
    const ended = await api.delete('/api/session');
    const after = await api.get('/api/session');

    t.true(isSessionView(before.body));
    t.is(ended.status, 204);
    t.regex(ended.headers.get('set-cookie') ?? '', /^zc_session=;.*Max-Age=0/);
    t.is(codeOf(after), 'SIGN_IN_REQUIRED');
  });

  test(`a person sees their own sessions and ends one of them; another’s is as good as absent (${database.name})`, async t => {
    const { world, url, clock } = await served(t, database);
    const staff = await aStaff(world, DESK);
    const stranger = await aStaff(world, DESK);
    const first = await signInStaff(url, staff, clock.now);
    const strangers = client(url, await signInStaff(url, stranger, clock.now));
    clock.now += MINUTE;
    const second = client(url, await signInStaff(url, staff, clock.now));

    const list = await second.get('/api/sessions');
    const { sessions } = list.body as { sessions: { id: string; current: boolean }[] };
    const other = sessions.find(({ current }) => !current)?.id ?? '';
    const foreign = await strangers.delete(`/api/sessions/${other}`);
    const absent = await strangers.delete(`/api/sessions/${'0'.repeat(32)}`);
    const still = await client(url, first).get('/api/session');
    const ended = await second.delete(`/api/sessions/${other}`);
    const gone = await client(url, first).get('/api/session');

    t.true(isSessionList(list.body));
    t.is(sessions.length, 2);
    t.is(foreign.status, 404);
    t.deepEqual(
      { ...(foreign.body as object), requestId: '' },
      { ...(absent.body as object), requestId: '' },
    );
    t.is(still.status, 200);
    t.is(ended.status, 204);
    t.is(gone.status, 401);
  });
}

test('a session idle for half an hour is over, one in use goes on', async t => {
  const { world, url, clock } = await served(t, SQLITE);
  const staff = await aStaff(world, DESK);
  const api = client(url, await signInStaff(url, staff, clock.now));

  const statuses: number[] = [];
  for (const minutes of [29, 29, 29, 31]) {
    clock.now += minutes * MINUTE;
    statuses.push((await api.get('/api/session')).status);
  }

  t.deepEqual(statuses, [200, 200, 200, 401]);
});

test('a session in use is over after twelve hours for staff and two for holders', async t => {
  const { world, url, clock } = await served(t, SQLITE);
  const staff = await aStaff(world, DESK);
  const begun = clock.now;
  const apis = [
    client(url, await signInStaff(url, staff, clock.now)),
    client(url, await signInHolder(url, world, PERSON)),
  ];

  const lasted = [0, 0];
  while (clock.now < begun + 13 * 3600) {
    clock.now += 20 * MINUTE;
    for (const [place, api] of apis.entries())
      if ((await api.get('/api/session')).status === 200) lasted[place] = clock.now - begun;
  }

  t.deepEqual(lasted, [12 * 3600 - 20 * MINUTE, 2 * 3600 - 20 * MINUTE]);
});

test('the cookie is for this service only, out of reach of scripts and other sites', async t => {
  const { world, url } = await served(t, SQLITE);
  const sent = await client(url).post('/api/sign-in/holder/code', PERSON);

  const answer = await client(url).post('/api/sign-in/holder', {
    requestId: (sent.body as { requestId: string }).requestId,
    code: await codeSentTo(world, PERSON.phone),
  });

  t.regex(
    answer.headers.get('set-cookie') ?? '',
    /^zc_session=[\w-]{43}; Path=\/; Max-Age=7200; HttpOnly; SameSite=Strict$/,
  );
});

const FORGED: readonly { name: string; headers: Record<string, string> }[] = [
  { name: 'from another site by Fetch Metadata', headers: { 'sec-fetch-site': 'cross-site' } },
  { name: 'from a sister host by Fetch Metadata', headers: { 'sec-fetch-site': 'same-site' } },
  { name: 'from another origin', headers: { origin: 'https://evil.example' } },
  { name: 'from an opaque origin', headers: { origin: 'null' } },
];

for (const { name, headers } of FORGED) {
  test(`a change asked for ${name} is refused, signed in or not`, async t => {
    const { world, url, clock } = await served(t, SQLITE);
    const staff = await aStaff(world, DESK);
    const api = client(url, await signInStaff(url, staff, clock.now));

    const signedIn = await api.delete('/api/session', headers);
    const anonymous = await client(url).post('/api/sign-in/holder/code', PERSON, headers);

    t.is(signedIn.status, 403);
    t.is(codeOf(signedIn), 'CSRF_REFUSED');
    t.is(codeOf(anonymous), 'CSRF_REFUSED');
    t.is((await api.get('/api/session')).status, 200);
  });
}

test('a change without the session’s own proof is refused', async t => {
  const { world, url, clock } = await served(t, SQLITE);
  const staff = await aStaff(world, DESK);
  const session = await signInStaff(url, staff, clock.now);
  const other = await signInStaff(url, await aStaff(world, DESK), clock.now);

  for (const csrfToken of ['', 'x', other.csrfToken]) {
    const answer = await client(url, { ...session, csrfToken }).delete('/api/session');
    t.is(codeOf(answer), 'CSRF_REFUSED', csrfToken);
  }
  t.is((await client(url, session).delete('/api/session')).status, 204);
});

test('a change from the service’s own pages is let through, by its own name or by the public one', async t => {
  const { world, url, clock } = await served(t, SQLITE);
  const own = { origin: url, 'sec-fetch-site': 'same-origin' };
  const proxied = { origin: world.config.origin };

  const first = await client(url).post('/api/sign-in/holder/code', PERSON, own);
  clock.now += MINUTE;
  const second = await client(url).post('/api/sign-in/holder/code', PERSON, proxied);

  t.is(first.status, 202);
  t.is(second.status, 202);
});

test('a made-up cookie, and the stored hash itself, open nothing', async t => {
  const { world, url, clock } = await served(t, SQLITE);
  const staff = await aStaff(world, DESK);
  const session = await signInStaff(url, staff, clock.now);
  const [rows] = await world.db.sequelize.query('SELECT id FROM sessions');
  const stored = (rows as { id: string }[])[0]?.id ?? '';

  for (const value of ['', 'x', 'A'.repeat(43), stored]) {
    const answer = await client(url, { ...session, cookie: `zc_session=${value}` }).get('/api/session');
    t.is(answer.status, 401, value);
  }
  t.regex(stored, /^[0-9a-f]{64}$/);
});
