import { Writable } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { entriesAfter } from '../../src/audit/store.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { CODE_TTL_SECONDS, deliverMessages, MAX_TRIES, sweepMessages } from '../../src/messages/deliver.ts';
import type { MessageDriver } from '../../src/messages/driver.ts';
import { enqueue, newestMessageTo, recentMessages } from '../../src/messages/enqueue.ts';
import type { Message } from '../../src/messages/message.ts';
import type { OutboxMessage } from '../../src/messages/store.ts';
import { newAct, type World } from '../../src/world.ts';
import { aBureau, anAct, JULY_30, openWorld } from '../support/bureau.ts';
import { databases, type TestDatabase } from '../support/database.ts';

const CODE: Message = { template: 'sign-in-code', phone: '19900001001', values: { code: '482915' } };
const ISSUED: Message = { template: 'issued', phone: '19900001002', values: { date: '2021年8月15日' } };

/** A World whose clock the test moves, with a log that it can read. */
async function aWorld(t: ExecutionContext, database: TestDatabase) {
  const time = { now: JULY_30 };
  const lines: string[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _, done) => {
      lines.push(chunk.toString());
      done();
    },
  });
  const world: World = {
    ...(await aBureau(t, database, { clock: () => time.now })),
    log: pino({ level: 'debug' }, sink),
  };
  return { world, time, lines };
}

async function send(world: World, ...messages: readonly Message[]): Promise<void> {
  await inTransaction(world.db, async tx => enqueue(tx, world, messages));
}

function recording(outcome: 'sent' | 'failed'): MessageDriver & { readonly seen: OutboxMessage[] } {
  const seen: OutboxMessage[] = [];
  return {
    seen,
    send: async message => {
      seen.push(message);
      return Promise.resolve(outcome === 'sent' ? { outcome } : { outcome, fault: 'isv.DOWN' });
    },
  };
}

async function round(world: World, driver: MessageDriver) {
  return deliverMessages(world, newAct(world, 'system:messages'), driver);
}

async function statesOf(world: World): Promise<readonly string[]> {
  return (await recentMessages(world, 100)).map(({ state }) => state);
}

for (const database of databases()) {
  const on = `: ${database.name}`;

  test(`a message stands in the outbox when its cause is committed, and not otherwise${on}`, async t => {
    const { world } = await aWorld(t, database);
    await t.throwsAsync(
      inTransaction(world.db, async tx => {
        await enqueue(tx, world, [CODE]);
        throw new RangeError('the step did not happen');
      }),
      { instanceOf: RangeError },
    );
    t.is(await newestMessageTo(world, CODE.phone), undefined);

    await send(world, CODE, ISSUED, { ...CODE, values: { code: '000007' } });

    t.is(
      await newestMessageTo(world, CODE.phone),
      '【职证】验证码 000007，5 分钟内有效。工作人员不会向您索要验证码。',
    );
    t.is(
      await newestMessageTo(world, ISSUED.phone),
      '【职证】您的职称证书已办结，请于 2021年8月15日 起登录领取。',
    );
    t.is(await newestMessageTo(world, '19900001009'), undefined);
  });

  test(`neither phone nor words can be read from the tables${on}`, async t => {
    const { world } = await aWorld(t, database);

    await send(world, CODE);

    const [rows] = await world.db.sequelize.query('SELECT * FROM messages');
    t.is(rows.length, 1);
    t.notRegex(JSON.stringify(rows), /19900001001|482915|验证码/);
  });

  test(`a message is handed over once and then is sent${on}`, async t => {
    const { world } = await aWorld(t, database);
    await send(world, CODE, ISSUED);
    const driver = recording('sent');

    const first = await round(world, driver);
    const second = await round(world, driver);

    t.deepEqual(
      [first, second],
      [
        { sent: 2, failed: 0 },
        { sent: 0, failed: 0 },
      ],
    );
    t.deepEqual(
      driver.seen.map(({ phone, values }) => [phone, values]),
      [
        [CODE.phone, CODE.values],
        [ISSUED.phone, ISSUED.values],
      ],
    );
    t.deepEqual(await statesOf(world), ['sent', 'sent']);
  });

  test(`two processes at once send no message twice${on}`, async t => {
    const { world } = await aWorld(t, database);
    const other = await openWorld(t, world.config, world.clock);
    await send(world, ...Array.from({ length: 30 }, () => ISSUED));
    const driver = recording('sent');

    const rounds = await Promise.all([round(world, driver), round(other, driver)]);

    t.is(rounds[0].sent + rounds[1].sent, 30);
    t.is(new Set(driver.seen.map(({ id }) => id)).size, 30);
    t.is(driver.seen.length, 30);
  });

  test(`a process that dies while sending leaves the message to others after its lease, not before${on}`, async t => {
    const { world, time } = await aWorld(t, database);
    await send(world, ISSUED);
    const dying: MessageDriver = { send: async () => Promise.reject(new Error('killed')) };
    await t.throwsAsync(round(world, dying), { message: 'killed' });
    const driver = recording('sent');

    time.now += 59;
    t.deepEqual(await round(world, driver), { sent: 0, failed: 0 });
    time.now += 1;
    t.deepEqual(await round(world, driver), { sent: 1, failed: 0 });
  });

  test(`a failing message is tried eight times, later and later, then given up${on}`, async t => {
    const { world, time } = await aWorld(t, database);
    await send(world, ISSUED);
    const driver = recording('failed');
    const pauses: number[] = [];
    for (let last = time.now; (await statesOf(world))[0] === 'waiting'; time.now += 10) {
      if ((await round(world, driver)).failed === 0) continue;
      pauses.push(time.now - last);
      last = time.now;
    }

    t.deepEqual(pauses, [0, 30, 60, 120, 240, 480, 960, 1920]);
    t.is(driver.seen.length, MAX_TRIES);
    t.deepEqual(await statesOf(world), ['failed']);
  });

  test(`codes leave before the notices of a whole month${on}`, async t => {
    const { world } = await aWorld(t, database);
    await send(world, ...Array.from({ length: 60 }, () => ISSUED), CODE);
    const driver = recording('sent');

    await round(world, driver);

    t.is(driver.seen[0]?.phone, CODE.phone);
  });

  test(`a code older than five minutes is dropped unsent${on}`, async t => {
    const { world, time } = await aWorld(t, database);
    await send(world, CODE, ISSUED);
    const driver = recording('sent');

    time.now += CODE_TTL_SECONDS;
    await round(world, driver);

    t.deepEqual(
      driver.seen.map(({ template }) => template),
      ['issued'],
    );
    t.deepEqual([...(await statesOf(world))].sort(), ['dropped', 'sent']);
  });

  test(`codes are forgotten after a day, other messages after 180 days, and the audit says how many${on}`, async t => {
    const { world, time } = await aWorld(t, database);
    const sweep = async () => sweepMessages(world, newAct(world, 'system:messages'));
    await send(world, CODE, ISSUED);

    time.now += 86_400;
    t.is(await sweep(), 0);
    time.now += 1;
    t.is(await sweep(), 1);
    t.is(await newestMessageTo(world, CODE.phone), undefined);
    time.now += 179 * 86_400;
    t.is(await sweep(), 1);

    t.deepEqual(await statesOf(world), []);
    t.deepEqual(
      (await entriesAfter(world.db, 0, 10)).map(({ action, detail }) => [action, detail]),
      [
        ['messages.swept', '{"codes":1,"others":0}'],
        ['messages.swept', '{"codes":0,"others":1}'],
      ],
    );
  });

  test(`a message that cannot be opened does not hold up the others${on}`, async t => {
    const { world } = await aWorld(t, database);
    await send(world, ISSUED);
    await world.db.sequelize.query("UPDATE messages SET text_sealed = 'v2.1.AAAA'");
    await send(world, CODE);
    const driver = recording('sent');

    const counted = await round(world, driver);

    t.deepEqual(counted, { sent: 1, failed: 1 });
    t.is(driver.seen[0]?.phone, CODE.phone);
  });
}

const [sqlite] = databases();
if (!sqlite) throw new RangeError('SQLite is always there');

test('after three failures in a row the rest of the round waits for the provider', async t => {
  const { world } = await aWorld(t, sqlite);
  await send(world, ...Array.from({ length: 10 }, () => ISSUED));
  const driver = recording('failed');

  const counted = await round(world, driver);

  t.deepEqual(counted, { sent: 0, failed: 3 });
  t.is(driver.seen.length, 3);
});

test('without a provider nothing leaves, and the messages stay readable', async t => {
  const { world } = await aWorld(t, sqlite);
  await send(world, CODE);

  const counted = await deliverMessages(world, anAct());

  t.deepEqual(counted, { sent: 1, failed: 0 });
  t.deepEqual(await statesOf(world), ['kept']);
  t.regex((await newestMessageTo(world, CODE.phone)) ?? '', /482915/);
});

test('the log says that a message failed, never to whom or what', async t => {
  const { world, lines } = await aWorld(t, sqlite);
  await send(world, CODE);

  await round(world, recording('failed'));

  const text = lines.join('');
  t.regex(text, /isv\.DOWN/);
  t.regex(text, /sign-in-code/);
  t.notRegex(text, /19900001001|482915|验证码/);
});

test('a message without a value for its template is a programming mistake, and nothing is kept of it', async t => {
  const { world } = await aWorld(t, sqlite);

  await t.throwsAsync(send(world, { ...ISSUED, values: {} }), { instanceOf: RangeError });

  t.deepEqual(await statesOf(world), []);
});
