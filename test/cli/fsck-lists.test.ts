/** What fsck finds in the status lists and their places, one thing at a time (I3, I8). */
import { createHash } from 'node:crypto';
import test from 'ava';
import { checkEverything } from '../../src/cli/fsck.ts';
import { publish, signedList } from '../../src/revocation/publish.ts';
import { bitsOf } from '../../src/revocation/status-list.ts';
import { addVersion } from '../../src/revocation/store.ts';
import { inTransaction } from '../../src/db/tx.ts';
import type { World } from '../../src/world.ts';
import { anAct, JULY_30 } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aRegister, one, revoke } from '../revocation/a-register.ts';

/** A version signed with our own key that a publisher would not make. */
async function sign(world: World, version: number, places: readonly number[]): Promise<void> {
  const bits = bitsOf(places);
  const content = { purpose: 'revocation', list: 1, version, signedAt: JULY_30 + 60 } as const;
  const jwt = await signedList(world, { ...content, bits });
  const contentHash = createHash('sha256').update(bits).digest('hex');
  const { signedAt: publishedAt, ...rest } = content;
  await inTransaction(world.db, async tx =>
    addVersion(tx, world.db, { id: world.ids(), ...rest, contentHash, publishedAt, jwt }),
  );
}

for (const database of databases()) {
  test(`fsck finds versions that are missing, altered or take an end back, and places that are not their certificate’s, on ${database.name}`, async t => {
    const register = await aRegister(t, database, 2);
    const { world } = register;
    const [first, second] = [one(register), one(register, 1)];
    const { sequelize } = world.db;
    const faults = async (): Promise<readonly string[]> => (await checkEverything(world)).faults;
    await revoke(world, first, JULY_30 + 1);
    await publish(world, anAct(JULY_30 + 1));
    t.deepEqual(await faults(), []);

    await sign(world, 3, []);
    await sign(world, 4, [first.index]);
    t.deepEqual(await faults(), [
      `I8 状态列表 revocation-1 第 3 版 在第 ${first.index - (first.index % 8)} 位起的字节里撤回了已公布的撤销或换发`,
    ]);
    await sequelize.query("DELETE FROM status_list_versions WHERE version = 3 AND purpose = 'revocation'");
    t.deepEqual(await faults(), ['I8 状态列表 revocation-1 第 4 版 之前缺第 3 版']);
    await sign(world, 3, [first.index]);
    await sequelize.query(
      `UPDATE status_list_versions SET content_hash = '${'0'.repeat(64)}' WHERE version = 3`,
    );
    t.deepEqual(await faults(), ['I8 状态列表 revocation-1 第 3 版 的签名或内容不成立']);
    await sequelize.query('DELETE FROM status_list_versions WHERE version >= 3');
    t.deepEqual(await faults(), []);

    const elsewhere = second.index === 5 ? 6 : 5;
    await sequelize.query(
      `UPDATE status_entries SET list_index = ${elsewhere} WHERE number = '${second.number}'`,
    );
    t.deepEqual(await faults(), [`I3 ${second.number}-1 的位置（列表 1 第 ${second.index} 位）没有登记`]);
    await sequelize.query(
      `UPDATE status_entries SET list_index = ${second.index} WHERE number = '${second.number}'`,
    );
    await sequelize.query('UPDATE status_lists SET taken = 3');
    t.deepEqual(await faults(), ['I3 列表 1 已用 3 位，登记 2 位']);
  });
}
