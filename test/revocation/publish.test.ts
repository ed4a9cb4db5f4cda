/** Publication of the status lists: whole or not at all, only onwards, at once, and never silently failing (reliability R17, I8). */
import { Writable } from 'node:stream';
import test from 'ava';
import { pino } from 'pino';
import { changeRoutes } from '../../src/changes/routes.ts';
import { checkEverything } from '../../src/cli/fsck.ts';
import { viewTrustState } from '../../src/inspection/trust-state.ts';
import { changeState } from '../../src/revocation/change-state.ts';
import { publish } from '../../src/revocation/publish.ts';
import { bitAt, readStatusList } from '../../src/revocation/status-list.ts';
import { newestVersion, versionsAfter } from '../../src/revocation/store.ts';
import { currentTrust } from '../../src/verification/current-trust.ts';
import { makeWorld, newAct, closeWorld, type World } from '../../src/world.ts';
import { actOf, anActor } from '../support/actor.ts';
import { served } from '../support/api.ts';
import { anAct, JULY_30, openWorld } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aRegister, one, revoke, verdictNow } from './a-register.ts';

/** Warnings about the status lists, as the console shows them. */
async function warningsOf(world: World, at: number): Promise<readonly string[]> {
  const { warnings } = await viewTrustState(world, actOf(anActor('bureau', 'administrator'), anAct(at)));
  return warnings.filter(({ code }) => /LIST|SIGNER/.test(code)).map(each => `${each.code} ${each.subject}`);
}

/** What a World logs at the level of errors, and the World itself on the same database and keys. */
async function loudly(
  world: World,
  changes: Partial<World['config']> = {},
): Promise<{ loud: World; errors: Record<string, unknown>[] }> {
  const errors: Record<string, unknown>[] = [];
  const sink = new Writable({
    write: (line: Buffer, _encoding, done) => {
      errors.push(JSON.parse(line.toString()) as Record<string, unknown>);
      done();
    },
  });
  const log = pino({ level: 'error' }, sink);
  return { loud: await makeWorld({ ...world.config, ...changes }, { clock: world.clock, log }), errors };
}

for (const database of databases()) {
  const on = `, on ${database.name}`;

  test(`three publishers at once leave versions without gap or fork, each good and each with what the one before had${on}`, async t => {
    const { world, certificates } = await aRegister(t, database, 6);
    const others = [await openWorld(t, world.config), await openWorld(t, world.config)];
    const worlds = [world, ...others];

    for (const [place, certificate] of certificates.entries()) {
      await revoke(world, certificate, JULY_30 + place + 1);
      await Promise.all(worlds.map(async each => publish(each, anAct(JULY_30 + place + 1))));
    }

    const versions = await versionsAfter(world.db, { list: 1, purpose: 'revocation', after: 0, limit: 99 });
    t.deepEqual(
      versions.map(({ version }) => version),
      versions.map((_, place) => place + 1),
    );
    t.is(versions.length, certificates.length + 1);
    const trust = await currentTrust(world, JULY_30 + 99);
    for (const [published, { jwt }] of versions.entries()) {
      const list = await readStatusList(jwt, trust);
      const revoked = certificates.map(({ index }) => list && bitAt(list.bits, index));
      t.deepEqual(
        revoked,
        certificates.map((_, place) => place < published),
      );
    }
    t.deepEqual((await checkEverything(world)).faults, []);
  });

  test(`a publisher whose clock is behind takes back nothing that another has published${on}`, async t => {
    const register = await aRegister(t, database);
    const { world } = register;
    await revoke(world, one(register), JULY_30 + 40);
    await publish(world, anAct(JULY_30 + 40));

    t.deepEqual(await publish(world, anAct(JULY_30 + 1)), []);

    t.is(await verdictNow(world, one(register), JULY_30 + 41), 'revoked');
    t.deepEqual((await checkEverything(world)).faults, []);
  });

  test(`a list that cannot be published is told by name, and holds up no other${on}`, async t => {
    const { world, certificates } = await aRegister(t, database, 2);
    const { loud, errors } = await loudly(world);
    t.teardown(async () => closeWorld(loud));
    await world.db.sequelize.query(
      `INSERT INTO status_changes (seq, number, version, list, list_index, ${quoted('change', database.name)}, reason, at, actor) VALUES (9000, 'A1220219999999', 1, 2, 131072, 'REVOKE', 'FRAUD', ${JULY_30}, 'test')`,
    );
    await world.db.sequelize.query(
      `INSERT INTO status_lists (list, taken, opened_at) VALUES (2, 0, ${JULY_30}), (3, 0, ${JULY_30})`,
    );
    await revoke(world, one({ certificates }), JULY_30 + 1);

    const error = await t.throwsAsync(publish(loud, anAct(JULY_30 + 1)), { instanceOf: RangeError });

    t.regex(error?.message ?? '', /131072/);
    t.deepEqual(
      errors.map(({ list }) => list),
      ['revocation-2'],
    );
    t.is(await verdictNow(world, one({ certificates }), JULY_30 + 2), 'revoked');
    t.is((await newestVersion(world.db, 3, 'revocation'))?.version, 1);
    t.true((await warningsOf(world, JULY_30 + 2)).includes('LIST_UNPUBLISHED revocation-2'));
  });

  test(`whoever cannot sign says so in the log and in the console, and the change is public as soon as somebody can${on}`, async t => {
    const register = await aRegister(t, database);
    const { world } = register;
    const { loud, errors } = await loudly(world, { keyPassphrase: 'not the passphrase' });
    t.teardown(async () => closeWorld(loud));
    await revoke(world, one(register), JULY_30 + 1);

    await t.throwsAsync(publish(loud, anAct(JULY_30 + 2)), { code: 'PASSPHRASE_WRONG' });
    const soon = await warningsOf(loud, JULY_30 + 30);
    const later = await warningsOf(loud, JULY_30 + 62);

    t.deepEqual(
      errors.map(({ list }) => list),
      ['revocation-1'],
    );
    t.regex(String(errors[0]?.['error']), /PASSPHRASE_WRONG/);
    t.deepEqual(soon, ['SIGNER_UNAVAILABLE key-1']);
    t.deepEqual(later, ['SIGNER_UNAVAILABLE key-1', 'LIST_BEHIND revocation-1']);
    t.is(await verdictNow(world, one(register), JULY_30 + 60), 'valid');
    await publish(world, anAct(JULY_30 + 63));
    t.deepEqual(await warningsOf(world, JULY_30 + 64), []);
    t.is(await verdictNow(world, one(register), JULY_30 + 64), 'revoked');
  });

  test(`a confirmed change is public when its confirmation is answered, without the publisher’s turn${on}`, async t => {
    const register = await aRegister(t, database);
    const { world, pass } = register;
    const { number } = one(register);
    const server = await served(t, world, changeRoutes);
    const send = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
      return (await answer.json()) as Record<string, unknown>;
    };
    pass(10);
    server.by = anActor('bureau', 'handler');
    const wanted = { kind: 'REVOKE', reason: 'EXAM_INVALID', document: '津人社撤字〔2021〕2号（测试）' };
    const { id, digest } = await send(`/api/certificates/${number}/changes`, wanted);

    server.by = { ...anActor('bureau', 'approver'), accountId: 'c'.repeat(32) };
    const decided = await send(`/api/changes/${String(id)}/decision`, { decision: 'confirm', digest });

    t.is(decided['state'], 'confirmed', JSON.stringify(decided));
    t.is(await verdictNow(world, one(register)), 'revoked');
  });

  test(`a change that cannot be published at once is confirmed all the same, and the failure is logged${on}`, async t => {
    const register = await aRegister(t, database);
    const { world, pass } = register;
    const { loud, errors } = await loudly(world, { keyPassphrase: 'not the passphrase' });
    t.teardown(async () => closeWorld(loud));
    const server = await served(t, loud, changeRoutes);
    const send = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
      return (await answer.json()) as Record<string, unknown>;
    };
    pass(10);
    server.by = anActor('bureau', 'handler');
    const wanted = { kind: 'SUSPEND', reason: 'UNDER_INVESTIGATION' };
    const { id, digest } = await send(`/api/certificates/${one(register).number}/changes`, wanted);

    server.by = { ...anActor('bureau', 'approver'), accountId: 'c'.repeat(32) };
    const decided = await send(`/api/changes/${String(id)}/decision`, { decision: 'confirm', digest });

    t.is(decided['state'], 'confirmed', JSON.stringify(decided));
    t.deepEqual(
      errors.map(({ msg }) => msg),
      ['status list NOT published', 'change is not public yet: the publisher tries again'],
    );
    await publish(world, newAct(world, 'system:publisher'));
    t.is(await verdictNow(world, one(register)), 'suspended');
  });

  test(`a suspension that runs out is over on the list by the publisher’s next turn${on}`, async t => {
    const register = await aRegister(t, database);
    const { world } = register;
    const { number } = one(register);
    const order = {
      number,
      change: 'SUSPEND',
      reason: 'UNDER_INVESTIGATION',
      untilDate: '2021-08-01',
    } as const;
    await changeState(world, anAct(), order);
    await publish(world, anAct(JULY_30 + 1));
    const afterwards = JULY_30 + 3 * 86_400;

    await publish(world, anAct(afterwards));

    t.is(await verdictNow(world, one(register), afterwards), 'valid');
    t.deepEqual(await warningsOf(world, afterwards), []);
  });
}

/** `change` is a word of SQL on MariaDB. */
function quoted(word: string, engine: string): string {
  return engine === 'MariaDB' ? `\`${word}\`` : `"${word}"`;
}
