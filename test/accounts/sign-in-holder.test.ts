import test from 'ava';
import { freezeHolder, changeHolderPhone } from '../../src/accounts/people/holders.ts';
import { holderAccount } from '../../src/accounts/people/store.ts';
import { requestCode, type KnownPeople } from '../../src/accounts/sign-in/request-code.ts';
import { signInHolder as signIn } from '../../src/accounts/sign-in/sign-in-holder.ts';
import { newestMessageTo } from '../../src/messages/enqueue.ts';
import { isHolderCodeSent, isSessionView } from '../../src/shared/shapes/shapes.ts';
import { newAct, type World } from '../../src/world.ts';
import { aBureau, idNumberOf, JULY_30 } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { client, codeSentTo, signInHolder } from '../support/people.ts';
import { codeOf, served } from './served.ts';

const PERSON = { idNumber: idNumberOf(1), phone: '19900001001' };
const OTHER_PHONE = '19900002002';
const NOBODY: KnownPeople = { reservedPhoneOf: () => Promise.resolve(undefined) };
const [SQLITE] = databases();
if (!SQLITE) throw new RangeError('SQLite is always there');

/** A request for a code by its verb. */
async function asked(world: World, wanted: { idNumber: string; phone: string; address?: string }) {
  const act = newAct(world, 'public');
  return requestCode(world, act, { wanted: { address: '192.0.2.1', ...wanted }, people: NOBODY });
}

/** What comes of a code by its verb: `in`, or the refusal. */
async function tried(world: World, shown: { requestId: string; code: string; address?: string }) {
  const wanted = { address: '192.0.2.1', agent: '', ...shown };
  try {
    await signIn(world, newAct(world, 'public'), { wanted, people: NOBODY });
    return 'in';
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

for (const database of databases()) {
  test(`a person whom nobody knows registers by the code sent to the phone they give (${database.name})`, async t => {
    const { world, url } = await served(t, database);

    const session = await signInHolder(url, world, PERSON);
    const account = await holderAccount(world, PERSON.idNumber);

    t.true(isSessionView(session.view));
    t.is(session.view.account.kind, 'holder');
    t.is(session.view.endsAt, '2021-07-30T06:00:00Z');
    t.is(account?.phone, PERSON.phone);
    t.is(account?.id, session.view.account.id);
  });

  test(`a code serves once, also when it is sent many times at once (${database.name})`, async t => {
    const { world, url } = await served(t, database);
    const sent = await client(url).post('/api/sign-in/holder/code', PERSON);
    const { requestId } = sent.body as { requestId: string };
    const body = { requestId, code: await codeSentTo(world, PERSON.phone) };

    const answers = await Promise.all(
      [1, 2, 3, 4].map(async () => client(url).post('/api/sign-in/holder', body)),
    );
    const later = await client(url).post('/api/sign-in/holder', body);

    t.deepEqual(answers.map(({ status }) => status).sort(), [200, 401, 401, 401]);
    t.is(codeOf(later), 'CODE_WRONG');
  });

  test(`five wrong codes spend the right one too (${database.name})`, async t => {
    const world = await aBureau(t, database);
    const requestId = await asked(world, PERSON);
    const right = await codeSentTo(world, PERSON.phone);
    const wrong = right === '000000' ? '000001' : '000000';

    for (let time = 0; time < 5; time += 1) await tried(world, { requestId, code: wrong });

    t.is(await tried(world, { requestId, code: right }), 'CODE_WRONG');
  });

  test(`two first sign-ins of one person at once make one account (${database.name})`, async t => {
    let now = JULY_30;
    const world = await aBureau(t, database, { clock: () => now });
    const first = await asked(world, PERSON);
    const firstCode = await codeSentTo(world, PERSON.phone);
    now += 60;
    const second = await asked(world, PERSON);
    const secondCode = await codeSentTo(world, PERSON.phone);

    const outcomes = await Promise.all([
      tried(world, { requestId: first, code: firstCode }),
      tried(world, { requestId: second, code: secondCode }),
    ]);

    t.deepEqual(outcomes, ['in', 'in']);
  });

  test(`a hundred requests for a code at once are one (${database.name})`, async t => {
    const world = await aBureau(t, database);

    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, async () => asked(world, PERSON)));

    t.is(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  });
}

test('ten thousand wrong codes are stopped at three hundred in ten minutes, over all people and addresses', async t => {
  const world = await aBureau(t, SQLITE);
  const requests: string[] = [];
  for (let person = 1; person <= 80; person += 1) {
    const wanted = { idNumber: idNumberOf(person), phone: `1990000${String(person).padStart(4, '0')}` };
    requests.push(await asked(world, { ...wanted, address: `192.0.2.${person}` }));
  }

  const counts = new Map<string | undefined, number>();
  for (let guess = 0; guess < 10_000; guess += 1) {
    const requestId = requests[guess % requests.length] ?? '';
    const code = String(guess).padStart(6, '0');
    const outcome = await tried(world, { requestId, code, address: `198.51.100.${guess % 250}` });
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }

  t.is(counts.get('CODE_WRONG') ?? 0, 300);
  t.is(counts.get('TOO_MANY_ATTEMPTS') ?? 0, 9700);
});

test('requests that were never made do not close the sign-in to others', async t => {
  const world = await aBureau(t, SQLITE);
  const requestId = await asked(world, PERSON);

  for (let guess = 0; guess < 400; guess += 1)
    await tried(world, { requestId: 'f'.repeat(32), code: '000000', address: `198.51.100.${guess % 250}` });

  t.is(await tried(world, { requestId, code: await codeSentTo(world, PERSON.phone) }), 'in');
});

test('a code is over after five minutes, and belongs to its own request', async t => {
  let now = JULY_30;
  const world = await aBureau(t, SQLITE, { clock: () => now });
  const first = await asked(world, PERSON);
  const code = await codeSentTo(world, PERSON.phone);
  const other = await asked(world, { idNumber: idNumberOf(2), phone: OTHER_PHONE });

  const stranger = await tried(world, { requestId: other, code });
  now += 300;
  const late = await tried(world, { requestId: first, code });

  t.is(stranger, 'CODE_WRONG');
  t.is(late, 'CODE_WRONG');
});

test('the answer to a request for a code does not tell who is known nor by which phone', async t => {
  const { world, url, clock, reserved } = await served(t, SQLITE);
  await signInHolder(url, world, PERSON);
  reserved.set(idNumberOf(2), '19900003003');
  clock.now += 60;
  const bodies = [
    PERSON,
    { idNumber: PERSON.idNumber, phone: '19900008001' },
    { idNumber: idNumberOf(2), phone: '19900008002' },
    { idNumber: idNumberOf(3), phone: '19900008003' },
  ];

  const seen = new Set<string>();
  const seenAgain = new Set<string>();
  for (const [place, body] of bodies.entries()) {
    if (place === 1) clock.now += 60; // the second asks about the person of the first
    const answer = await client(url).post('/api/sign-in/holder/code', body);
    const again = await client(url).post('/api/sign-in/holder/code', body);
    t.true(isHolderCodeSent(answer.body));
    const { requestId: _, ...rest } = answer.body as Record<string, unknown>;
    seen.add(`${answer.status} ${JSON.stringify(rest)}`);
    seenAgain.add(`${again.status} ${String(codeOf(again))} ${again.headers.get('retry-after')}`);
  }

  t.is(seen.size, 1);
  t.deepEqual([...seenAgain], ['429 TOO_MANY_ATTEMPTS 60']);
});

test('a code goes to the reserved phone only, be it the account’s or the application’s', async t => {
  const { world, url, clock, reserved } = await served(t, SQLITE);
  await signInHolder(url, world, PERSON);
  reserved.set(idNumberOf(2), '19900003003');
  clock.now += 60;

  await client(url).post('/api/sign-in/holder/code', { ...PERSON, phone: '19900008001' });
  await client(url).post('/api/sign-in/holder/code', { idNumber: idNumberOf(2), phone: '19900008002' });
  await client(url).post('/api/sign-in/holder/code', { idNumber: idNumberOf(2), phone: '19900003003' });
  clock.now += 60;
  await client(url).post('/api/sign-in/holder/code', { idNumber: idNumberOf(2), phone: '19900003003' });

  t.is(await newestMessageTo(world, '19900008001'), undefined);
  t.is(await newestMessageTo(world, '19900008002'), undefined);
  t.regex((await newestMessageTo(world, '19900003003')) ?? '', /\d{6}/);
});

test('a phone that somebody only said gives way to the one in the person’s application', async t => {
  const { world, url, clock, reserved } = await served(t, SQLITE);
  const squatter = client(url, await signInHolder(url, world, { ...PERSON, phone: OTHER_PHONE }));
  reserved.set(PERSON.idNumber, PERSON.phone);
  clock.now += 60;

  const owner = await signInHolder(url, world, PERSON);
  clock.now += 60;

  t.is((await holderAccount(world, PERSON.idNumber))?.phone, PERSON.phone);
  t.is((await squatter.get('/api/session')).status, 401);
  t.is((await client(url, owner).get('/api/session')).status, 200);
  await t.throwsAsync(signInHolder(url, world, { ...PERSON, phone: OTHER_PHONE }), {
    message: /CODE_WRONG|no code/,
  });
});

test('a dead holder’s account is frozen: told after a right code only, and every session is over', async t => {
  const { world, url, clock } = await served(t, SQLITE);
  const session = await signInHolder(url, world, PERSON);
  await freezeHolder(world, newAct(world, 'test:officer'), {
    idNumber: PERSON.idNumber,
    source: '死亡证明（测试）',
  });
  clock.now += 60;

  const sent = await client(url).post('/api/sign-in/holder/code', PERSON);
  const { requestId } = sent.body as { requestId: string };
  const right = await codeSentTo(world, PERSON.phone);
  const wrong = await client(url).post('/api/sign-in/holder', {
    requestId,
    code: right === '000000' ? '000001' : '000000',
  });
  const told = await client(url).post('/api/sign-in/holder', { requestId, code: right });

  t.is(codeOf(wrong), 'CODE_WRONG');
  t.is(codeOf(told), 'ACCOUNT_FROZEN');
  t.is((await client(url, session).get('/api/session')).status, 401);
});

test('a frozen account that never had a phone tells nobody that it is frozen', async t => {
  const { world, url } = await served(t, SQLITE);
  await freezeHolder(world, newAct(world, 'test:officer'), { idNumber: PERSON.idNumber, source: '测试' });

  await client(url).post('/api/sign-in/holder/code', PERSON);

  t.is(await newestMessageTo(world, PERSON.phone), undefined);
});

test('the bureau changes a reserved phone: codes go there, and the old phone is out', async t => {
  const { world, url, clock } = await served(t, SQLITE);
  const before = await signInHolder(url, world, PERSON);
  await changeHolderPhone(world, newAct(world, 'test:handler'), {
    idNumber: PERSON.idNumber,
    phone: OTHER_PHONE,
    reason: '手机丢失（测试）',
  });
  clock.now += 60;

  const after = await signInHolder(url, world, { ...PERSON, phone: OTHER_PHONE });

  t.is(after.view.account.id, before.view.account.id);
  t.is((await client(url, before).get('/api/session')).status, 401);
});

test('a malformed number or phone is named by its place', async t => {
  const { url } = await served(t, SQLITE);

  const number = await client(url).post('/api/sign-in/holder/code', {
    ...PERSON,
    idNumber: '120199198203010012',
  });
  const phone = await client(url).post('/api/sign-in/holder/code', { ...PERSON, phone: '12345' });
  const more = await client(url).post('/api/sign-in/holder/code', { ...PERSON, accountId: '0' });

  t.is(number.status, 422);
  t.is((number.body as { errors: { pointer: string }[] }).errors[0]?.pointer, '/idNumber');
  t.is((phone.body as { errors: { pointer: string }[] }).errors[0]?.pointer, '/phone');
  t.is(codeOf(more), 'BODY_INVALID');
});
