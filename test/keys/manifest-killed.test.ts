/** Killed between write, fsync and rename, a ceremony leaves the old manifest or the new one, whole (reliability R17). */
import test from 'ava';
import { loadManifest } from '../../src/keys/keyring.ts';
import { aBureau, JULY_30 } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { running } from '../support/running.ts';

const [SQLITE] = databases();
if (!SQLITE) throw new RangeError('SQLite is always there');

test('readers see the old manifest or the new one, wherever the ceremony is killed, and the next ceremony goes on', async t => {
  const world = await aBureau(t, SQLITE);
  const { config, issuer } = world;
  const manifest = async () => (await loadManifest(config, issuer.did)).manifest;
  const before = await manifest();
  const run = async (step: string) =>
    running(world, 'dist/test/keys/killed-ceremony.js', step, String(JULY_30));

  for (const step of ['write', 'fsync', 'rename']) {
    const killed = await run(step);
    t.is(killed.signal, 'SIGKILL', `${step}: ${killed.stderr}`);
    t.deepEqual(await manifest(), before, step);
  }
  t.is((await run('renamed')).signal, 'SIGKILL');

  const after = await manifest();
  t.is(after.version, before.version + 1);
  t.is(after.keys.at(-1)?.month, '2021-09');
  const again = await run('none'); // that month has its key: nothing was half done
  t.regex(again.stderr, /KEYS_EXIST/);
});
