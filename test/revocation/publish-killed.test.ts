/** Killed between its steps, a publisher leaves the old list or the new one, whole, and the next publisher goes on (reliability R17). */
import test from 'ava';
import { checkEverything } from '../../src/cli/fsck.ts';
import { publish } from '../../src/revocation/publish.ts';
import { newestVersion } from '../../src/revocation/store.ts';
import { currentTrust } from '../../src/verification/current-trust.ts';
import { anAct, JULY_30 } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { running } from '../support/running.ts';
import { aRegister, one, revoke, verdictNow } from './a-register.ts';

const POINTS = [
  { point: 'signed', version: 1, verdict: 'valid' },
  { point: 'written', version: 1, verdict: 'valid' },
  { point: 'committed', version: 2, verdict: 'revoked' },
] as const;

for (const database of databases()) {
  test(`readers see the old list or the new one whole, wherever a publisher is killed, on ${database.name}`, async t => {
    const register = await aRegister(t, database);
    const { world } = register;
    await revoke(world, one(register), JULY_30 + 1);

    for (const { point, version, verdict } of POINTS) {
      const script = 'dist/test/revocation/killed-publisher.js';
      const killed = await running(world, script, point, String(JULY_30 + 2));

      t.is(killed.signal, 'SIGKILL', `${point}: ${killed.stderr}`);
      t.is((await newestVersion(world.db, 1, 'revocation'))?.version, version, point);
      t.is((await currentTrust(world, JULY_30 + 3)).lists.size, 3, point);
      t.is(await verdictNow(world, one(register), JULY_30 + 3), verdict, point);
    }
    await publish(world, anAct(JULY_30 + 4));

    t.is(await verdictNow(world, one(register), JULY_30 + 5), 'revoked');
    t.is((await newestVersion(world.db, 1, 'revocation'))?.version, 2);
    t.deepEqual((await checkEverything(world)).faults, []);
  });
}
