import test, { type ExecutionContext } from 'ava';
import { holderAccount } from '../../src/accounts/people/store.ts';
import { newestMessageTo } from '../../src/messages/enqueue.ts';
import { isHolderCodeSent, isPhoneChanged } from '../../src/shared/shapes/shapes.ts';
import { idNumberOf } from '../support/bureau.ts';
import { databases, type TestDatabase } from '../support/database.ts';
import { client, codeSentTo, signInHolder, type Client } from '../support/people.ts';
import { codeOf, served, type Served } from './served.ts';

const PERSON = { idNumber: idNumberOf(1), phone: '19900001001' };
const OTHER = { idNumber: idNumberOf(2), phone: '19900001002' };
const NEW_PHONE = '19900002002';
const MINUTE = 61;
const [SQLITE] = databases();
if (!SQLITE) throw new RangeError('SQLite is always there');

/** A bureau that has the person's phone on record, and the person signed in just now. */
async function signedIn(t: ExecutionContext, database: TestDatabase): Promise<Served & { me: Client }> {
  const bureau = await served(t, database);
  bureau.reserved.set(PERSON.idNumber, PERSON.phone);
  const me = client(bureau.url, await signInHolder(bureau.url, bureau.world, PERSON));
  return { ...bureau, me };
}

async function codeAsked(me: Client, phone = NEW_PHONE): Promise<string> {
  const answer = await me.post('/api/me/phone/code', { phone });
  return (answer.body as { requestId?: string }).requestId ?? JSON.stringify(answer.body);
}

for (const database of databases()) {
  test(`the reserved phone changes by a code to the new one, the old one is told, other sessions end (${database.name})`, async t => {
    const { world, url, me, clock } = await signedIn(t, database);
    clock.now += MINUTE;
    const elsewhere = client(url, await signInHolder(url, world, PERSON));

    const sent = await me.post('/api/me/phone/code', { phone: `+86 ${NEW_PHONE}` });
    const { requestId } = sent.body as { requestId: string };
    const done = await me.post('/api/me/phone', { requestId, code: await codeSentTo(world, NEW_PHONE) });

    t.is(sent.status, 202);
    t.true(isHolderCodeSent(sent.body));
    t.true(isPhoneChanged(done.body));
    t.deepEqual(done.body, { phoneMasked: '199****2002', sessionsEnded: 1 });
    t.is((await holderAccount(world, PERSON.idNumber))?.phone, NEW_PHONE);
    t.regex((await newestMessageTo(world, PERSON.phone)) ?? '', /已改为尾号 2002/);
    t.is((await elsewhere.get('/api/session')).status, 401);
    t.is((await me.get('/api/session')).status, 200);
  });

  test(`the new phone signs in from then on, and the record's does not (${database.name})`, async t => {
    const { world, url, me, clock } = await signedIn(t, database);
    const requestId = await codeAsked(me);
    await me.post('/api/me/phone', { requestId, code: await codeSentTo(world, NEW_PHONE) });
    clock.now += MINUTE;

    const before = await newestMessageTo(world, PERSON.phone);
    await client(url).post('/api/sign-in/holder/code', PERSON);
    clock.now += MINUTE;
    const session = await signInHolder(url, world, { ...PERSON, phone: NEW_PHONE });

    t.is(session.view.account.phoneMasked, '199****2002');
    t.is(await newestMessageTo(world, PERSON.phone), before);
  });

  test(`a code serves one change, also when it is sent many times at once (${database.name})`, async t => {
    const { world, me } = await signedIn(t, database);
    const requestId = await codeAsked(me);
    const body = { requestId, code: await codeSentTo(world, NEW_PHONE) };

    const answers = await Promise.all([1, 2, 3].map(async () => me.post('/api/me/phone', body)));

    t.deepEqual(answers.map(({ status }) => status).sort(), [200, 401, 401]);
  });
}

test('a session older than ten minutes changes no phone until its holder signs in again', async t => {
  const { world, me, clock } = await signedIn(t, SQLITE);
  const requestId = await codeAsked(me);
  clock.now += 600;

  const asked = await me.post('/api/me/phone/code', { phone: NEW_PHONE });
  const shown = await me.post('/api/me/phone', { requestId, code: await codeSentTo(world, NEW_PHONE) });

  t.is(codeOf(asked), 'SIGN_IN_AGAIN');
  t.is(codeOf(shown), 'SIGN_IN_AGAIN');
  t.is((await holderAccount(world, PERSON.idNumber))?.phone, PERSON.phone);
});

test("a code for a phone signs nobody in, and a sign-in code changes no phone, nor does another person's", async t => {
  const { world, url, me, clock } = await signedIn(t, SQLITE);
  const requestId = await codeAsked(me);
  const code = await codeSentTo(world, NEW_PHONE);
  clock.now += MINUTE;
  const signIn = await client(url).post('/api/sign-in/holder/code', PERSON);
  const signInRequest = (signIn.body as { requestId: string }).requestId;
  const other = client(url, await signInHolder(url, world, OTHER));

  const entered = await client(url).post('/api/sign-in/holder', { requestId, code });
  const changed = await me.post('/api/me/phone', {
    requestId: signInRequest,
    code: await codeSentTo(world, PERSON.phone),
  });
  const stolen = await other.post('/api/me/phone', { requestId, code });

  t.deepEqual([codeOf(entered), codeOf(changed), codeOf(stolen)], ['CODE_WRONG', 'CODE_WRONG', 'CODE_WRONG']);
  t.is((await holderAccount(world, PERSON.idNumber))?.phone, PERSON.phone);
});

test('five wrong codes use a request up', async t => {
  const { world, me } = await signedIn(t, SQLITE);
  const requestId = await codeAsked(me);
  const right = await codeSentTo(world, NEW_PHONE);
  const wrong = right === '000000' ? '000001' : '000000';
  for (let tries = 0; tries < 5; tries += 1) await me.post('/api/me/phone', { requestId, code: wrong });

  const answer = await me.post('/api/me/phone', { requestId, code: right });

  t.is(codeOf(answer), 'CODE_WRONG');
});

test('one code a minute goes to a phone; the same phone and what is no phone are refused beside the field', async t => {
  const { me } = await signedIn(t, SQLITE);
  await codeAsked(me);

  const again = await me.post('/api/me/phone/code', { phone: NEW_PHONE });
  const same = await me.post('/api/me/phone/code', { phone: PERSON.phone });
  const none = await me.post('/api/me/phone/code', { phone: "12345' OR 1=1" });

  t.is(codeOf(again), 'TOO_MANY_ATTEMPTS');
  for (const answer of [same, none]) {
    t.is(codeOf(answer), 'CONTENT_INVALID');
    t.is((answer.body as { errors: { pointer: string }[] }).errors[0]?.pointer, '/phone');
  }
});

test("a phone that was only said stays so after a change: the record's takes its place", async t => {
  const bureau = await served(t, SQLITE);
  const me = client(bureau.url, await signInHolder(bureau.url, bureau.world, PERSON));
  const requestId = await codeAsked(me);
  await me.post('/api/me/phone', { requestId, code: await codeSentTo(bureau.world, NEW_PHONE) });
  bureau.clock.now += MINUTE;
  bureau.reserved.set(PERSON.idNumber, '19900003003');

  const session = await signInHolder(bureau.url, bureau.world, { ...PERSON, phone: '19900003003' });

  t.is(session.view.account.phoneMasked, '199****3003');
});
