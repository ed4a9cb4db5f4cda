import test from 'ava';
import { disableStaff } from '../../src/accounts/people/change-staff.ts';
import { signInStaff as signIn } from '../../src/accounts/sign-in/sign-in-staff.ts';
import { totpCodeAt } from '../../src/accounts/sign-in/totp.ts';
import { entriesAfter } from '../../src/audit/store.ts';
import { isSessionView } from '../../src/shared/shapes/shapes.ts';
import { newAct } from '../../src/world.ts';
import { databases } from '../support/database.ts';
import { aStaff, client, signInStaff } from '../support/people.ts';
import { BUREAU_CODE, codeOf, served } from './served.ts';

const DESK = { organisationCode: BUREAU_CODE, capacity: 'bureau', duty: 'handler' } as const;

for (const database of databases()) {
  test(`staff sign in by password and one-time password and get a session of their own (${database.name})`, async t => {
    const { world, url, clock } = await served(t, database);
    const staff = await aStaff(world, DESK);

    const session = await signInStaff(url, staff, clock.now);

    t.true(isSessionView(session.view));
    t.is(session.view.account.kind, 'staff');
    t.is(session.view.grants[0]?.role, 'handler');
    t.is(session.view.endsAt, '2021-07-30T16:00:00Z');
    t.false(JSON.stringify(session.view).includes(staff.actor.idNumber));
  });

  test(`a one-time password serves once, also when it is sent many times at once (${database.name})`, async t => {
    const { world, url, clock } = await served(t, database);
    const staff = await aStaff(world, DESK);
    const body = {
      login: staff.login,
      password: staff.password,
      code: totpCodeAt(staff.totpSecret, clock.now),
    };

    const answers = await Promise.all(
      [1, 2, 3].map(async () => client(url).post('/api/sign-in/staff', body)),
    );
    const later = await client(url).post('/api/sign-in/staff', body);

    t.deepEqual(answers.map(({ status }) => status).sort(), [200, 401, 401]);
    t.is(codeOf(later), 'SIGN_IN_FAILED');
  });

  test(`an unknown login, a wrong password and a wrong code are refused in the same words (${database.name})`, async t => {
    const { world, url, clock } = await served(t, database);
    const staff = await aStaff(world, DESK);
    const code = totpCodeAt(staff.totpSecret, clock.now);
    const wrongCode = totpCodeAt(staff.totpSecret, clock.now - 600);
    const bodies = [
      { login: 'nobody', password: staff.password, code },
      { login: staff.login, password: 'wrong', code },
      { login: staff.login, password: staff.password, code: wrongCode },
      { login: staff.login.toUpperCase(), password: staff.password, code },
      { login: `${staff.login} `, password: staff.password, code },
    ];

    const seen = new Set<string>();
    for (const body of bodies) {
      const answer = await client(url).post('/api/sign-in/staff', body);
      const { requestId: _, ...rest } = answer.body as Record<string, unknown>;
      seen.add(`${answer.status} ${JSON.stringify(rest)} ${answer.headers.get('set-cookie')}`);
    }

    t.is(seen.size, 1);
    t.regex([...seen].join(), /^401 .*SIGN_IN_FAILED/);
  });

  test(`after five failures a login is closed for a quarter of an hour, also to the right password (${database.name})`, async t => {
    const { world, url, clock } = await served(t, database);
    const staff = await aStaff(world, DESK);
    const wrong = { login: staff.login, password: 'wrong', code: '000000' };

    const failures = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7].map(async () => client(url).post('/api/sign-in/staff', wrong)),
    );
    const closed = await client(url).post('/api/sign-in/staff', {
      login: staff.login,
      password: staff.password,
      code: totpCodeAt(staff.totpSecret, clock.now),
    });
    clock.now += 15 * 60;
    const open = await signInStaff(url, staff, clock.now);

    t.deepEqual(failures.map(({ status }) => status).sort(), [401, 401, 401, 401, 401, 429, 429]);
    t.is(codeOf(closed), 'TOO_MANY_ATTEMPTS');
    t.is(closed.headers.get('retry-after'), '900');
    t.is(open.view.account.id, staff.accountId);
  });

  test(`a login that does not exist is closed like one that does (${database.name})`, async t => {
    const { url } = await served(t, database);
    const wrong = { login: 'nobody', password: 'wrong', code: '000000' };

    const statuses: number[] = [];
    for (let time = 0; time < 6; time += 1)
      statuses.push((await client(url).post('/api/sign-in/staff', wrong)).status);

    t.deepEqual(statuses, [401, 401, 401, 401, 401, 429]);
  });
}

test('successes do not close a login', async t => {
  const { world, url, clock } = await served(t, sqlite());
  const staff = await aStaff(world, DESK);

  for (let time = 0; time < 7; time += 1) {
    await signInStaff(url, staff, clock.now);
    clock.now += 60;
  }

  t.is((await signInStaff(url, staff, clock.now)).view.account.id, staff.accountId);
});

test('one address may fail sixty times in a quarter of an hour, whichever logins it tries', async t => {
  const { world } = await served(t, sqlite());
  const act = newAct(world, 'public');
  const codes: string[] = [];

  for (let number = 0; number < 62; number += 1) {
    const wanted = {
      login: `nobody${number}`,
      password: 'x',
      code: '000000',
      address: '192.0.2.1',
      agent: '',
    };
    const error = await t.throwsAsync(signIn(world, act, wanted));
    codes.push((error as { code?: string }).code ?? '');
  }

  t.is(codes.filter(code => code === 'SIGN_IN_FAILED').length, 60);
  t.deepEqual(codes.slice(60), ['TOO_MANY_ATTEMPTS', 'TOO_MANY_ATTEMPTS']);
});

test('a disabled account is told so only after the right proofs, and its sessions are over', async t => {
  const { world, url, clock } = await served(t, sqlite());
  const staff = await aStaff(world, DESK);
  const session = await signInStaff(url, staff, clock.now);
  await disableStaff(world, newAct(world, 'test:administrator'), {
    accountId: staff.accountId,
    reason: '离职',
  });
  clock.now += 60;
  const right = {
    login: staff.login,
    password: staff.password,
    code: totpCodeAt(staff.totpSecret, clock.now),
  };

  const wrong = await client(url).post('/api/sign-in/staff', { ...right, password: 'wrong' });
  const told = await client(url).post('/api/sign-in/staff', right);
  const used = await client(url, session).get('/api/session');

  t.is(codeOf(wrong), 'SIGN_IN_FAILED');
  t.is(codeOf(told), 'ACCOUNT_DISABLED');
  t.is(codeOf(used), 'SIGN_IN_REQUIRED');
});

test('sign-ins and refusals stand in the audit without login or secrets', async t => {
  const { world, url, clock } = await served(t, sqlite());
  const staff = await aStaff(world, { ...DESK, login: 'wangjing' });
  await signInStaff(url, staff, clock.now);
  await client(url).post('/api/sign-in/staff', { login: 'lisi-nobody', password: 'wrong', code: '000000' });

  const entries = await entriesAfter(world.db, 0, 1000);
  const text = JSON.stringify(entries);

  t.true(entries.some(({ action, actor }) => action === 'session.opened' && actor === staff.accountId));
  t.true(entries.some(({ action }) => action === 'session.refused'));
  t.notRegex(text, /wangjing|lisi-nobody|wrong|battery/);
});

test('the first act after an initial password is to change it', async t => {
  const { world, url, clock } = await served(t, sqlite());
  const staff = await aStaff(world, { ...DESK, mustChange: true });
  const session = await signInStaff(url, staff, clock.now);
  const api = client(url, session);

  const before = await api.get('/api/organisations');
  const weak = await api.post('/api/session/password', {
    password: staff.password,
    newPassword: '123456789012',
  });
  const telling = await api.post('/api/session/password', {
    password: staff.password,
    newPassword: `${staff.login} and some more`,
  });
  const wrong = await api.post('/api/session/password', {
    password: 'x',
    newPassword: 'a fine new sentence',
  });
  const changed = await api.post('/api/session/password', {
    password: staff.password,
    newPassword: 'a fine new sentence',
  });
  const after = await api.get('/api/organisations');

  t.true(session.view.mustChangePassword);
  t.is(codeOf(before), 'PASSWORD_CHANGE_REQUIRED');
  t.is(codeOf(weak), 'PASSWORD_WEAK');
  t.is(codeOf(telling), 'PASSWORD_WEAK');
  t.is(codeOf(wrong), 'SIGN_IN_FAILED');
  t.is(changed.status, 204);
  t.is(after.status, 200);
});

test('a new password ends the other sessions and is the only one from then on', async t => {
  const { world, url, clock } = await served(t, sqlite());
  const staff = await aStaff(world, DESK);
  const other = client(url, await signInStaff(url, staff, clock.now));
  clock.now += 60;
  const own = client(url, await signInStaff(url, staff, clock.now));
  const newPassword = 'a fine new sentence';

  await own.post('/api/session/password', { password: staff.password, newPassword });
  clock.now += 60;

  t.is((await own.get('/api/session')).status, 200);
  t.is((await other.get('/api/session')).status, 401);
  await t.throwsAsync(signInStaff(url, staff, clock.now), { message: /SIGN_IN_FAILED/ });
  t.truthy(await signInStaff(url, { ...staff, password: newPassword }, clock.now));
});

function sqlite() {
  const [first] = databases();
  if (!first) throw new RangeError('SQLite is always there');
  return first;
}
