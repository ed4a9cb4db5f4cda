/** What the database remembers of manifests (T15): an older one put back is refused by every process, also after a restart. */
import { copyFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { adoptRoot } from '../../src/keys/adopt-root.ts';
import { revokeKey } from '../../src/keys/ceremony.ts';
import { didOf } from '../../src/keys/did-document.ts';
import { startService } from '../../src/service.ts';
import { aBureau, JULY_30, openWorld } from '../support/bureau.ts';
import { databases, freshFolder } from '../support/database.ts';

for (const database of databases()) {
  test(`an older manifest put back is refused after a restart, and the newest is welcome again, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const { config } = world;
    const file = join(config.publicKeysDir, 'manifest.jws');
    const older = readFileSync(file);
    await revokeKey({ folders: config, did: didOf(config.origin), at: JULY_30, ...config }, 4);
    const newest = readFileSync(file);
    const { manifest } = await world.keys.manifest();

    writeFileSync(file, older);

    const restarted = await openWorld(t, config);
    for (const each of [world, restarted])
      await t.throwsAsync(each.keys.manifest(), { code: 'MANIFEST_ROLLED_BACK' });
    await t.throwsAsync(startService(restarted), { code: 'MANIFEST_ROLLED_BACK' });
    writeFileSync(file, newest);
    t.is((await restarted.keys.manifest()).manifest.version, manifest.version);
  });

  test(`a machine that was not given the newest manifest notices by the database, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const { config } = world;
    const elsewhere = freshFolder(t);
    for (const name of ['root.json', 'manifest.jws'])
      copyFileSync(join(config.publicKeysDir, name), join(elsewhere, name));
    await revokeKey({ folders: config, did: didOf(config.origin), at: JULY_30, ...config }, 4);
    await world.keys.manifest();

    const other = await openWorld(t, { ...config, publicKeysDir: elsewhere });

    await t.throwsAsync(other.keys.manifest(), { code: 'MANIFEST_ROLLED_BACK' });
  });

  test(`a root that adopted an older copy of the keys is refused, for it lacks what was newest, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const { config } = world;
    const ceremony = { folders: config, did: didOf(config.origin), at: JULY_30, passphraseRounds: 1000, ...config };
    const copy = join(freshFolder(t), 'copy');
    cpSync(config.publicKeysDir, copy, { recursive: true });
    await revokeKey(ceremony, 4);
    await world.keys.manifest();

    const elsewhere = { publicKeysDir: freshFolder(t), privateKeysDir: freshFolder(t) };
    const { version } = await adoptRoot({ ...ceremony, folders: elsewhere }, { from: copy });

    t.is(version, (await world.keys.manifest()).manifest.version);
    const other = await openWorld(t, { ...config, publicKeysDir: elsewhere.publicKeysDir });
    await t.throwsAsync(other.keys.manifest(), { code: 'MANIFEST_ROLLED_BACK', message: /内容不同/ });
  });
}
