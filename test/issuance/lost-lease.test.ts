/** A process that lost its batch while it slept writes nothing more of it: neither certificates nor stops. */
import test from 'ava';
import { DatabaseSync } from '@photostructure/sqlite';
import { applicationsOf } from '../../src/applications/store.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { aBureau, anAct, idNumberOf, JULY, someCells, takeIn } from '../support/bureau.ts';
import { databases } from '../support/database.ts';

const [sqlite] = databases();
if (!sqlite) throw new RangeError('SQLite is always there');

test('a process that lost its batch stops none of its items', async t => {
  const world = await aBureau(t, sqlite);
  await takeIn(world, [someCells(1)]);
  const unprintable = (): readonly string[] => {
    // meanwhile another process takes the batch over
    const other = new DatabaseSync(world.config.databaseUrl.replace(/^sqlite:/, ''));
    other.exec('UPDATE batches SET fence = fence + 1');
    other.close();
    return ['𠮷'];
  };

  const losing = releaseAll(world, anAct(), { month: JULY, options: { unprintable } });

  await t.throwsAsync(losing, { message: /^BATCH_LEASED/ });
  const [application] = await applicationsOf(world, idNumberOf(1));
  t.is(application?.state, 'BUREAU_CHECK');
});
