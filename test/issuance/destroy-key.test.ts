/** The end of a month's private key (T17): not while its month needs it, by itself when that is over, and what it signed goes on verifying. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { entriesAfter } from '../../src/audit/store.ts';
import { certificatesFor } from '../../src/certificate/store.ts';
import { destroyDueKeys, destroyKey } from '../../src/issuance/key-life/destroy-key.ts';
import { demandReleasable } from '../../src/issuance/issue-batch.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { keyEvents } from '../../src/keys/store.ts';
import { publish } from '../../src/revocation/publish.ts';
import { startOf } from '../../src/shared/time.ts';
import { currentTrust } from '../../src/verification/current-trust.ts';
import { verify } from '../../src/verification/verify.ts';
import type { World } from '../../src/world.ts';
import { aBureau, anAct, JULY, JULY_30, someCells, takeIn } from '../support/bureau.ts';
import { databases } from '../support/database.ts';

const options = { unprintable: () => [] };
const KEY = 4;
const AUGUST_1 = startOf('2021-08-01');
const DAY = 86_400;

for (const database of databases()) {
  test(`a month's key goes when its month has closed, and not before, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const file = join(world.config.privateKeysDir, `key-${KEY}.jwe`);
    const ids = await takeIn(world, [someCells(1)]);
    await t.throwsAsync(destroyKey(world, anAct(), { number: KEY }), { code: 'KEY_NEEDED' });
    // the month is over, and one waits for the bureau
    await t.throwsAsync(destroyKey(world, anAct(AUGUST_1), { number: KEY }), { code: 'KEY_NEEDED' });
    await releaseAll(world, anAct(), { month: JULY, options });
    const signer = await world.keys.signer(KEY);
    await t.throwsAsync(destroyKey(world, anAct(), { number: KEY }), { code: 'KEY_NEEDED' });
    t.true(existsSync(file));

    await destroyKey(world, anAct(AUGUST_1), { number: KEY });
    await destroyKey(world, anAct(AUGUST_1 + 60), { number: KEY });

    t.false(existsSync(file));
    await t.throwsAsync(signer.sign('x'), { code: 'KEY_DESTROYED' });
    t.like((await keyEvents(world.db))[0], { keyId: 'key-4', kind: 'destroyed', at: AUGUST_1 });
    const destroyed = (await entriesAfter(world.db, 0, 1000)).filter(
      ({ action }) => action === 'key.destroyed',
    );
    t.is(destroyed.length, 1);
    await publish(world, anAct(AUGUST_1));
    const [certificate] = await certificatesFor(world.db, ids);
    const trust = await currentTrust(world, AUGUST_1);
    t.is((await verify(certificate?.qrText ?? '', trust, AUGUST_1)).verdict, 'valid');
    // a roster that comes late hears of it before anybody approves
    const late = await t.throwsAsync(demandReleasable(world, anAct(AUGUST_1), JULY), {
      code: 'KEY_DESTROYED',
    });
    t.regex(late.message, /迟到的请报入本月批次/);
  });

  test(`a key that is needed goes by force alone, with a reason on record; keys in daily use and unknown ones do not go, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    await t.throwsAsync(destroyKey(world, anAct(), { number: KEY, force: '急' }), { code: 'REASON_MISSING' });
    await t.throwsAsync(destroyKey(world, anAct(), { number: 1 }), { code: 'KEY_NEEDED' });
    await t.throwsAsync(destroyKey(world, anAct(), { number: 99 }), { code: 'KEY_UNKNOWN' });
    t.deepEqual(await keyEvents(world.db), []);

    await destroyKey(world, anAct(), { number: KEY, force: '保管人离岗，口令可能外泄' });

    t.like((await keyEvents(world.db))[0], { kind: 'destroyed', reason: '保管人离岗，口令可能外泄' });
  });

  test(`by itself a key goes so many days after its month and its batch have closed, where the configuration says so, on ${database.name}`, async t => {
    const never = await aBureau(t, database);
    const world: World = { ...never, config: { ...never.config, destroyKeysAfterDays: 15 } };
    await takeIn(world, [someCells(1)]);
    // nothing of the month was ever released: nobody knows whether it has closed
    t.deepEqual(await destroyDueKeys(world, anAct(AUGUST_1 + 100 * DAY)), []);
    await releaseAll(world, anAct(JULY_30), { month: JULY, options });

    t.deepEqual(await destroyDueKeys(never, anAct(AUGUST_1 + 100 * DAY)), []);
    t.deepEqual(await destroyDueKeys(world, anAct(AUGUST_1 + 15 * DAY - 1)), []);
    t.deepEqual(await destroyDueKeys(world, anAct(AUGUST_1 + 15 * DAY)), ['key-4']);
    t.deepEqual(await destroyDueKeys(world, anAct(AUGUST_1 + 16 * DAY)), []);
  });
}
