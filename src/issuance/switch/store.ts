/** Table `settings`: the switch that stops issuance, for every process at once. Touches no other row. */
import { DataTypes } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../../db/connect.ts';
import type { Instant } from '../../shared/time.ts';

interface SettingRow {
  name: string;
  value: string;
}

const NAME = 'issuance.switch';

/** How the switch was last thrown. */
export interface Switch {
  readonly stopped: boolean;
  readonly reason: string;
  readonly at: Instant;
  readonly accountId: string;
}

/** How the switch stands; undefined when it was never thrown, and issuance runs. */
export async function findSwitch(db: Db, tx?: Tx): Promise<Switch | undefined> {
  const row = await settings(db).findOne({ where: { name: NAME }, transaction: tx ?? null, raw: true });
  return row === null ? undefined : (JSON.parse((row as unknown as SettingRow).value) as Switch); // written below only
}

/** The switch stands so from the commit on. */
export async function throwSwitch(tx: Tx, db: Db, thrown: Switch): Promise<void> {
  await settings(db).bulkCreate([{ name: NAME, value: JSON.stringify(thrown) }], {
    updateOnDuplicate: ['value'],
    transaction: tx,
  });
}

function settings(db: Db): Table<SettingRow> {
  return table<SettingRow>(db, 'settings', {
    name: { type: DataTypes.STRING, primaryKey: true },
    value: DataTypes.TEXT,
  });
}
