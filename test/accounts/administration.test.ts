import test from 'ava';
import { grantDuty } from '../../src/accounts/people/grant.ts';
import { freezeHolder } from '../../src/accounts/people/holders.ts';
import { actorOf, holderAccount, phonesOfBureau } from '../../src/accounts/people/store.ts';
import { totpCodeAt } from '../../src/accounts/sign-in/totp.ts';
import { isAccountList, isAccountSecrets, isAccountView } from '../../src/shared/shapes/shapes.ts';
import { newAct } from '../../src/world.ts';
import { idNumberOf } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aStaff, anOrganisation, client, organisationCodeOf, signInStaff } from '../support/people.ts';
import { anAdministrator, BUREAU_CODE, codeOf, served, type Served } from './served.ts';

const EMPLOYER = {
  name: '天津测试设计院',
  code: organisationCodeOf(40),
  capacities: ['employer'],
} as const;
const GRANT = { organisationCode: EMPLOYER.code, capacity: 'employer', duty: 'clerk' } as const;
const WANTED = {
  login: 'wangfang',
  name: '王芳',
  idNumber: idNumberOf(500),
  phone: '199 0000 5500',
  grants: [GRANT],
};
const [SQLITE] = databases();
if (!SQLITE) throw new RangeError('SQLite is always there');

interface Secrets {
  readonly id: string;
  readonly initialPassword: string;
  readonly totpSecret: string;
}

for (const database of databases()) {
  test(`an administrator makes an account, and its first sign-in works by what was shown once (${database.name})`, async t => {
    const bureau = await served(t, database);
    const { api } = await anAdministrator(bureau);
    await anOrganisation(bureau.world, EMPLOYER);

    const made = await api.post('/api/accounts', WANTED);
    const { id, initialPassword, totpSecret } = made.body as Secrets;
    const session = await signInStaff(
      bureau.url,
      { login: WANTED.login, password: initialPassword, totpSecret },
      bureau.clock.now,
    );
    const list = await api.get('/api/accounts');

    t.is(made.status, 201);
    t.true(isAccountSecrets(made.body));
    t.is(session.view.account.id, id);
    t.true(session.view.mustChangePassword);
    t.is(session.view.grants[0]?.organisation, EMPLOYER.name);
    t.true(isAccountList(list.body));
    t.false(JSON.stringify(list.body).includes(WANTED.idNumber));
    t.false(JSON.stringify(list.body).includes('19900005500'));
  });

  test(`a login and a person have one account of staff, also when asked for at once (${database.name})`, async t => {
    const bureau = await served(t, database);
    const { api } = await anAdministrator(bureau);
    await anOrganisation(bureau.world, EMPLOYER);

    const twice = await Promise.all([api.post('/api/accounts', WANTED), api.post('/api/accounts', WANTED)]);
    const person = await api.post('/api/accounts', { ...WANTED, login: 'another' });
    const login = await api.post('/api/accounts', { ...WANTED, idNumber: idNumberOf(501) });

    t.deepEqual(twice.map(({ status }) => status).sort(), [201, 409]);
    t.is(codeOf(person), 'REGISTER_CONFLICT');
    t.is(codeOf(login), 'LOGIN_TAKEN');
  });
}

const REFUSED: readonly { name: string; change: object; code: string }[] = [
  {
    name: 'an unknown organisation',
    change: { grants: [{ ...GRANT, organisationCode: organisationCodeOf(999) }] },
    code: 'ORGANISATION_UNKNOWN',
  },
  {
    name: 'a capacity that the organisation has not',
    change: { grants: [{ ...GRANT, capacity: 'department' }] },
    code: 'REGISTER_INVALID',
  },
  {
    name: 'a duty of the bureau at an employer',
    change: { grants: [{ ...GRANT, duty: 'approver' }] },
    code: 'REGISTER_INVALID',
  },
  {
    name: 'a clerk at the bureau',
    change: { grants: [{ organisationCode: BUREAU_CODE, capacity: 'bureau', duty: 'clerk' }] },
    code: 'REGISTER_INVALID',
  },
  { name: 'a malformed ID number', change: { idNumber: '12345' }, code: 'CONTENT_INVALID' },
  { name: 'a malformed phone', change: { phone: '12345' }, code: 'CONTENT_INVALID' },
  { name: 'no grant', change: { grants: [] }, code: 'BODY_INVALID' },
  {
    name: 'a password of one’s own choice',
    change: { password: 'a fine new sentence' },
    code: 'BODY_INVALID',
  },
  { name: 'a state', change: { state: 'active' }, code: 'BODY_INVALID' },
  { name: 'mustChange', change: { mustChange: false }, code: 'BODY_INVALID' },
  { name: 'an id', change: { id: '0'.repeat(32) }, code: 'BODY_INVALID' },
];

test('an account is not made with what does not fit, or with what is not asked for', async t => {
  const bureau = await served(t, SQLITE);
  const { api } = await anAdministrator(bureau);
  await anOrganisation(bureau.world, EMPLOYER);

  for (const { name, change, code } of REFUSED)
    t.is(codeOf(await api.post('/api/accounts', { ...WANTED, ...change })), code, name);
});

test('nobody but an administrator touches accounts, and holders least of all', async t => {
  const bureau = await served(t, SQLITE);
  const { staff } = await anAdministrator(bureau);
  const others = await Promise.all(
    (['handler', 'approver', 'revocation-officer', 'auditor'] as const).map(async duty =>
      aStaff(bureau.world, { organisationCode: BUREAU_CODE, capacity: 'bureau', duty }),
    ),
  );
  others.push(await aStaff(bureau.world, { organisation: EMPLOYER, capacity: 'employer', duty: 'clerk' }));
  const id = staff.accountId;

  for (const other of others) {
    const api = client(bureau.url, await signInStaff(bureau.url, other, bureau.clock.now));
    const answers = [
      await api.get('/api/accounts'),
      await api.post('/api/accounts', WANTED),
      await api.post(`/api/accounts/${id}/disable`, { reason: '试' }),
      await api.post(`/api/accounts/${id}/enable`),
      await api.post(`/api/accounts/${id}/reset`),
      await api.post(`/api/accounts/${id}/grants`, GRANT),
      await api.delete(`/api/accounts/${id}/grants/${staff.actor.grants[0]?.id}`),
      await api.delete(`/api/accounts/${id}/sessions`),
    ];
    t.deepEqual([...new Set(answers.map(codeOf))], ['FORBIDDEN'], other.login);
  }
});

test('nobody gives themselves a duty, takes one away, or stops or renews their own account', async t => {
  const bureau = await served(t, SQLITE);
  const { api, staff } = await anAdministrator(bureau);
  const { accountId: id } = staff;
  const grant = { organisationCode: BUREAU_CODE, capacity: 'bureau', duty: 'approver' };

  const answers = [
    await api.post(`/api/accounts/${id}/grants`, grant),
    await api.delete(`/api/accounts/${id}/grants/${staff.actor.grants[0]?.id}`),
    await api.post(`/api/accounts/${id}/disable`, { reason: '试' }),
    await api.post(`/api/accounts/${id}/reset`),
  ];

  t.deepEqual(answers.map(codeOf), ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']);
  t.deepEqual((await actorOf(bureau.world, id)).grants, staff.actor.grants);
});

for (const database of databases())
  test(`an administrator is not somebody else by writing their own id in another way (${database.name})`, async t => {
    const bureau = await served(t, database);
    const { api, staff } = await anAdministrator(bureau);
    const grant = { organisationCode: BUREAU_CODE, capacity: 'bureau', duty: 'approver' } as const;
    const { accountId, actor } = staff;

    for (const id of [`${accountId} `, `${accountId}  `, ` ${accountId}`, accountId.toUpperCase()]) {
      const path = `/api/accounts/${encodeURIComponent(id)}`;
      t.is(codeOf(await api.post(`${path}/grants`, grant)), 'NOT_FOUND');
      t.is(codeOf(await api.delete(`${path}/grants/${actor.grants[0]?.id}`)), 'NOT_FOUND');
      t.is(codeOf(await api.post(`${path}/disable`, { reason: '试' })), 'NOT_FOUND');
      await t.throwsAsync(grantDuty(bureau.world, newAct(bureau.world, 'test'), { accountId: id, grant }), {
        message: /没有这个账号/,
      });
    }

    t.deepEqual((await actorOf(bureau.world, accountId)).grants, actor.grants);
  });

test('a duty given or taken counts from the next request on, without signing in anew', async t => {
  const bureau = await served(t, SQLITE);
  const { api } = await anAdministrator(bureau);
  const desk = { organisation: EMPLOYER, capacity: 'employer', duty: 'clerk' } as const;
  const { accountId, ...staff } = await aStaff(bureau.world, desk);
  const theirs = client(bureau.url, await signInStaff(bureau.url, staff, bureau.clock.now));

  const before = await theirs.get('/api/accounts');
  const given = await api.post(`/api/accounts/${accountId}/grants`, {
    organisationCode: BUREAU_CODE,
    capacity: 'bureau',
    duty: 'administrator',
  });
  const twice = await api.post(`/api/accounts/${accountId}/grants`, {
    organisationCode: BUREAU_CODE,
    capacity: 'bureau',
    duty: 'administrator',
  });
  const during = await theirs.get('/api/accounts');
  const { grants } = given.body as { grants: { id: string; duty: string }[] };
  const grantId = grants.find(({ duty }) => duty === 'administrator')?.id ?? '';
  const taken = await api.delete(`/api/accounts/${accountId}/grants/${grantId}`);
  const again = await api.delete(`/api/accounts/${accountId}/grants/${grantId}`);
  const after = await theirs.get('/api/accounts');

  t.true(isAccountView(given.body));
  t.is(codeOf(twice), 'REGISTER_CONFLICT');
  t.is(taken.status, 204);
  t.is(again.status, 404);
  t.deepEqual([before.status, during.status, after.status], [403, 200, 403]);
});

test('a reset account answers only to the new password and the new one-time password', async t => {
  const bureau = await served(t, SQLITE);
  const { api } = await anAdministrator(bureau);
  const staff = await aStaff(bureau.world, { ...GRANT, organisation: EMPLOYER });
  const session = await signInStaff(bureau.url, staff, bureau.clock.now);
  bureau.clock.now += 60;

  const reset = await api.post(`/api/accounts/${staff.accountId}/reset`);
  const { initialPassword, totpSecret } = reset.body as Secrets;
  const { now } = bureau.clock;
  const renewed = { login: staff.login, password: initialPassword, totpSecret };

  t.is((await client(bureau.url, session).get('/api/session')).status, 401);
  await t.throwsAsync(signInStaff(bureau.url, staff, now), { message: /SIGN_IN_FAILED/ });
  await t.throwsAsync(signInStaff(bureau.url, { ...renewed, totpSecret: staff.totpSecret }, now), {
    message: /SIGN_IN_FAILED/,
  });
  t.true((await signInStaff(bureau.url, renewed, now)).view.mustChangePassword);
});

test('disabled, enabled and with its sessions ended: an account as its administrator wants it', async t => {
  const bureau = await served(t, SQLITE);
  const { api } = await anAdministrator(bureau);
  const staff = await aStaff(bureau.world, { ...GRANT, organisation: EMPLOYER });
  const path = `/api/accounts/${staff.accountId}`;

  const disabled = await api.post(`${path}/disable`, { reason: '调离' });
  const enabled = await api.post(`${path}/enable`);
  const session = await signInStaff(bureau.url, staff, bureau.clock.now);
  const ended = await api.delete(`${path}/sessions`);

  t.like(disabled.body, { state: 'disabled', stateNote: '调离' });
  t.like(enabled.body, { state: 'active', stateNote: null });
  t.is(ended.status, 204);
  t.is((await client(bureau.url, session).get('/api/session')).status, 401);
});

test('an account that is not there, or is a holder’s, is not found', async t => {
  const bureau = await served(t, SQLITE);
  const { api } = await anAdministrator(bureau);
  const idNumber = idNumberOf(3);
  await freezeHolder(bureau.world, newAct(bureau.world, 'test:officer'), { idNumber, source: '测试' });
  const holder = (await holderAccount(bureau.world, idNumber))?.id ?? '';

  for (const id of [holder, '0'.repeat(32), '%20', "'"])
    t.is((await api.post(`/api/accounts/${id}/disable`, { reason: '试' })).status, 404, id);
  t.is((await holderAccount(bureau.world, idNumber))?.state, 'frozen');
});

test('accounts come in pages, all of them once, and of one organisation when asked', async t => {
  const bureau = await served(t, SQLITE);
  const { api } = await anAdministrator(bureau);
  const made = [];
  for (let count = 0; count < 5; count += 1)
    made.push(await aStaff(bureau.world, { ...GRANT, organisation: EMPLOYER }));

  const seen: string[] = [];
  for (let after = ''; ;) {
    const page = await api.get(
      `/api/accounts?organisation=${made[0]?.organisationId}&limit=2${after === '' ? '' : `&after=${after}`}`,
    );
    const { accounts, next } = page.body as { accounts: { id: string }[]; next: string | null };
    seen.push(...accounts.map(({ id }) => id));
    if (next === null) break;
    after = next;
  }

  t.deepEqual(
    seen,
    made.map(({ accountId }) => accountId),
  );
});

test('a holder is frozen by the revocation officer, a phone changed by the handler, and by nobody else', async t => {
  const bureau = await served(t, SQLITE);
  const officer = await signedIn(bureau, 'revocation-officer');
  const handler = await signedIn(bureau, 'handler');
  const freeze = { idNumber: idNumberOf(9), source: '死亡证明（测试）' };
  const phone = { idNumber: idNumberOf(9), phone: '19900007007', reason: '更换（测试）' };

  t.is(codeOf(await handler.post('/api/holders/freeze', freeze)), 'FORBIDDEN');
  t.is(codeOf(await officer.post('/api/holders/phone', phone)), 'FORBIDDEN');
  t.is((await handler.post('/api/holders/phone', phone)).status, 204);
  t.is((await officer.post('/api/holders/freeze', freeze)).status, 204);
  t.like(await holderAccount(bureau.world, idNumberOf(9)), { state: 'frozen', phone: '19900007007' });
});

test('the bureau’s own people are told by phone, those who left are not', async t => {
  const bureau = await served(t, SQLITE);
  const { api } = await anAdministrator(bureau);
  const approver = { organisationCode: BUREAU_CODE, capacity: 'bureau', duty: 'approver' } as const;
  const { accountId } = await aStaff(bureau.world, approver);
  const before = await phonesOfBureau(bureau.world, 'approver');

  await api.post(`/api/accounts/${accountId}/disable`, { reason: '离职' });

  t.deepEqual(before, ['19900009999']);
  t.deepEqual(await phonesOfBureau(bureau.world, 'approver'), []);
});

test('a one-time password of RFC 6238 appendix B comes out right', t => {
  // the RFC's key is the ASCII text 12345678901234567890; its codes have eight digits, ours the last six
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

  t.deepEqual(
    [59, 1111111109, 1234567890, 2000000000].map(at => totpCodeAt(secret, at)),
    ['287082', '081804', '005924', '279037'],
  );
});

async function signedIn(bureau: Served, duty: 'handler' | 'revocation-officer') {
  const desk = { organisationCode: BUREAU_CODE, capacity: 'bureau', duty } as const;
  const staff = await aStaff(bureau.world, desk);
  return client(bureau.url, await signInStaff(bureau.url, staff, bureau.clock.now));
}
