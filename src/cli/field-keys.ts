/**
 * `zhicheng field-keys`: a new key for personal data at rest, and the change to it while the service runs. The old key may go when
 * `status` shows nothing of it; what is found by a blind index stays found, for the index key does not change.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { record } from '../audit/record.ts';
import { readConfig } from '../config.ts';
import { fromDataKeys, indexKeyOf, KEY_BYTES, MAX_KEY_ID, type KeyRing } from '../db/field-cipher.ts';
import { countByKey, resealTable, type Cursor } from '../db/reseal.ts';
import { inTransaction } from '../db/tx.ts';
import { SEALED_TABLES } from '../sealed-tables.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import { dataKeyFile, keyRingOf, type World } from '../world.ts';
import { operatorAct, progressOf, say, Usage, withWorld, type Command } from './command.ts';

const ROWS = 200;
/** A row with bytes may hold a megabyte. */
const ROWS_WITH_BYTES = 8;

const USAGE = `zhicheng field-keys new|rotate|status               更换个人信息加密密钥
  field-keys new                          生成新密钥，打印要设的两行设置（含密钥，请妥善保管）
  field-keys rotate                       用第一个密钥重新加密全部字段；可中断后重来，服务可照常运行
  field-keys status                       各密钥加密的字段数；旧密钥为 0 后才可从设置中删去`;

export const fieldKeysCommand: Command = {
  usage: USAGE,
  run: async words => {
    const { positionals } = parseArgs({ args: words, allowPositionals: true, options: {} });
    const [action = '', ...rest] = positionals;
    if (rest.length > 0) throw new Usage('参数过多');
    switch (action) {
      case 'new':
        return printNew();
      case 'rotate':
        return withWorld(async world => printRotated(world));
      case 'status':
        return withWorld(async world => printStatus(world));
      default:
        throw new Usage('须写明 new、rotate 或 status');
    }
  },
};

function printNew(): number {
  const config = readConfig(process.env);
  const ring = withNewKey(keyRingOf(config), randomBytes(KEY_BYTES));
  if (config.dataKeys === undefined) say(`把 ${dataKeyFile(config.dataDir)} 的内容换成“=”之后的部分，或设：`);
  say(`ZHICHENG_DATA_KEY=${fromDataKeys(ring.keys)}`);
  say(`ZHICHENG_DATA_INDEX_KEY=${Buffer.from(ring.indexKey).toString('base64url')}`);
  say('只有一个服务进程：设好后重启，再运行 zhicheng field-keys rotate。');
  say(
    '有多个服务进程：先把新密钥写在旧密钥之后（逗号后面），逐个重启；再换到最前，逐个重启；然后运行 rotate。',
  );
  return 0;
}

/** The ring with that key first, under a number that was not on it, and with the index key by itself, so that key 1 may go. */
export function withNewKey(ring: KeyRing, key: Uint8Array): Required<KeyRing> & { indexKey: Uint8Array } {
  const id = Math.max(...ring.keys.map(each => each.id)) + 1;
  if (id > MAX_KEY_ID) throw new DomainError('CONFIG_INVALID', '密钥编号已用完，请联系开发方。');
  const first = ring.keys.find(each => each.id === 1);
  const indexKey = ring.indexKey ?? (first ? indexKeyOf(first.key) : undefined);
  if (!indexKey) throw new DomainError('CONFIG_INVALID', '缺少 1 号密钥，须先设 ZHICHENG_DATA_INDEX_KEY。');
  return { keys: [{ id, key }, ...ring.keys], indexKey };
}

async function printRotated(world: World): Promise<number> {
  const { changed, unreadable } = await rotate(world, operatorAct(world), progressOf('已重新加密'));
  say(`已用 ${world.cipher.sealingKey} 号密钥重新加密 ${changed} 个字段。`);
  for (const place of unreadable.slice(0, 20))
    say(`不能解开 ${place.table}.${place.column}，行 ${place.row}`);
  if (unreadable.length > 0)
    say(`共 ${unreadable.length} 个字段不能解开：内容被改动过，或所用密钥不在设置中。`);
  const left = leftOf(await statusOf(world), world.cipher.sealingKey);
  if (left > unreadable.length)
    say(`还有 ${left - unreadable.length} 个字段未换：请确认全部服务进程已用新设置重启，再运行一次。`);
  return left === 0 ? 0 : 1;
}

export interface Rotated {
  readonly changed: number;
  readonly unreadable: readonly { readonly table: string; readonly column: string; readonly row: string }[];
}

/**
 * Every field that another key had sealed is sealed by the first one; rows that the service writes meanwhile are left to it.
 * Broken off, it can be begun again: what is done is skipped.
 */
export async function rotate(
  world: Pick<World, 'db' | 'cipher'>,
  act: Act,
  tellProgress: (done: number, all: number) => void = () => undefined,
): Promise<Rotated> {
  const { db, cipher } = world;
  const all = leftOf(await statusOf(world), cipher.sealingKey);
  const unreadable: Rotated['unreadable'][number][] = [];
  let changed = 0;
  for (const sealed of SEALED_TABLES) {
    const limit = sealed.bytes ? ROWS_WITH_BYTES : ROWS;
    let after: Cursor;
    do {
      const step = await resealTable(world, sealed, { after, limit });
      changed += step.changed;
      unreadable.push(...step.unreadable);
      after = step.next;
      tellProgress(changed, Math.max(all, changed));
    } while (after);
  }
  if (changed > 0) {
    const facts = [
      {
        action: 'field-keys.rotated',
        subject: `field-key-${cipher.sealingKey}`,
        detail: { changed, unreadable: unreadable.length },
      },
    ];
    await inTransaction(db, async tx => record({ tx, db }, act, facts));
  }
  return { changed, unreadable };
}

export interface TableStatus {
  readonly table: string;
  readonly byKey: ReadonlyMap<number, number>;
  /** Sealed by a key that is not on the ring, or not sealed values at all. */
  readonly others: number;
}

/** How many fields each key has sealed, table by table. */
export async function statusOf({
  db,
  cipher,
}: Pick<World, 'db' | 'cipher'>): Promise<readonly TableStatus[]> {
  const list: TableStatus[] = [];
  for (const sealed of SEALED_TABLES)
    list.push({ table: sealed.table, ...(await countByKey(db, sealed, cipher.keyIds)) });
  return list;
}

/** Fields that the first key has not sealed. */
export function leftOf(status: readonly TableStatus[], sealingKey: number): number {
  let left = 0;
  for (const { byKey, others } of status) {
    left += others;
    for (const [id, count] of byKey) left += id === sealingKey ? 0 : count;
  }
  return left;
}

async function printStatus(world: World): Promise<number> {
  const { keyIds, sealingKey } = world.cipher;
  const status = await statusOf(world);
  say(['表', ...keyIds.map(id => `${id} 号密钥`), '其他'].join('\t'));
  for (const { table, byKey, others } of status)
    say([table, ...keyIds.map(id => byKey.get(id) ?? 0), others].join('\t'));
  const left = leftOf(status, sealingKey);
  say(
    left === 0
      ? `全部字段由 ${sealingKey} 号密钥加密。`
      : `还有 ${left} 个字段不由 ${sealingKey} 号密钥加密。`,
  );
  return left === 0 ? 0 : 1;
}
