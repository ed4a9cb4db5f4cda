/**
 * The start-up gate for field keys: each key leaves a one-way mark in table `settings` when it is first used, and a process that comes
 * with other keys is refused before it seals or finds anything. Touches no other row of the table.
 */
import { DataTypes, Op } from 'sequelize';
import { DomainError } from '../shared/errors.ts';
import { table, type Db, type Table } from './connect.ts';
import type { FieldCipher } from './field-cipher.ts';

interface SettingRow {
  name: string;
  value: string;
}

const PREFIX = 'field-key.';
const INDEX = `${PREFIX}index`;

/**
 * True afterwards: this process seals and finds by the same keys as every one before it. Marks that are missing are made.
 * @param isSealedByOthers whether any field is sealed by a key that is not on the ring; asked only when a marked key is missing
 * @throws DomainError CONFIG_INVALID naming what does not fit
 */
export async function demandFieldKeys(
  { db, cipher }: { readonly db: Db; readonly cipher: FieldCipher },
  isSealedByOthers: () => Promise<boolean>,
): Promise<void> {
  const own = new Map([...cipher.marks].map(([id, mark]) => [`${PREFIX}${id}`, mark]));
  own.set(INDEX, cipher.indexMark);
  const known = await marksOf(db);
  const missing = [...own].filter(([name]) => !known.has(name));
  if (missing.length > 0)
    await settings(db).bulkCreate(
      missing.map(([name, value]) => ({ name, value })),
      { ignoreDuplicates: true },
    );
  const kept = await marksOf(db); // another process may have been first
  for (const [name, mark] of own) if (kept.get(name) !== mark) throw wrongKey(name);
  const isOneGone = [...kept.keys()].some(name => !own.has(name));
  if (isOneGone && (await isSealedByOthers()))
    throw new DomainError(
      'CONFIG_INVALID',
      '库中还有字段由已不在 ZHICHENG_DATA_KEY 中的密钥加密，请补上旧密钥，运行 zhicheng field-keys rotate 之后再删去。',
    );
}

function wrongKey(name: string): DomainError {
  const setting =
    name === INDEX
      ? '查找用的密钥（ZHICHENG_DATA_INDEX_KEY，未设时由 1 号密钥得出）'
      : `ZHICHENG_DATA_KEY 中的 ${name.slice(PREFIX.length)} 号密钥`;
  return new DomainError(
    'CONFIG_INVALID',
    `${setting}与本数据库一直所用的不是同一个，请换回原来的密钥再启动。`,
  );
}

async function marksOf(db: Db): Promise<ReadonlyMap<string, string>> {
  const rows = await settings(db).findAll({ where: { name: { [Op.startsWith]: PREFIX } }, raw: true });
  return new Map((rows as unknown as SettingRow[]).map(({ name, value }) => [name, value]));
}

function settings(db: Db): Table<SettingRow> {
  return table<SettingRow>(db, 'settings', {
    name: { type: DataTypes.STRING, primaryKey: true },
    value: DataTypes.TEXT,
  });
}
