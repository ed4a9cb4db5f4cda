/**
 * The start-up gate: a database that may forget acknowledged certificates in a power cut is refused.
 * Measured: SQLite with synchronous=NORMAL and InnoDB with flush_log_at_trx_commit=2 both lose acknowledged rows.
 */
import { QueryTypes } from 'sequelize';
import type { Db } from './connect.ts';
import { DomainError } from '../shared/errors.ts';

/** True afterwards: what this database acknowledges survives a power cut. @throws DomainError DATABASE_UNSAFE */
export async function demandDurability(db: Db): Promise<void> {
  const faults = db.dialect === 'sqlite' ? await sqliteFaults(db) : await mysqlFaults(db);
  if (faults.length === 0) return;
  throw new DomainError(
    'DATABASE_UNSAFE',
    `数据库设置可能在断电时丢失证书，拒绝启动：${faults.join('；')}。`,
  );
}

async function sqliteFaults(db: Db): Promise<string[]> {
  const [mode] = await db.sequelize.query<{ journal_mode: string }>('PRAGMA journal_mode', {
    type: QueryTypes.SELECT,
  });
  const [sync] = await db.sequelize.query<{ synchronous: number }>('PRAGMA synchronous', {
    type: QueryTypes.SELECT,
  });
  const faults: string[] = [];
  if (mode?.journal_mode !== 'wal') faults.push('SQLite 须为 WAL 模式');
  if (Number(sync?.synchronous) < 2) faults.push('SQLite 须设 synchronous=FULL');
  return faults;
}

async function mysqlFaults(db: Db): Promise<string[]> {
  const rows = await db.sequelize.query<{ Variable_name: string; Value: string }>(
    "SHOW VARIABLES WHERE Variable_name IN ('innodb_flush_log_at_trx_commit','sql_mode','innodb_doublewrite')",
    { type: QueryTypes.SELECT },
  );
  const value = (name: string): string => rows.find(row => row.Variable_name === name)?.Value ?? '';
  const faults: string[] = [];
  if (value('innodb_flush_log_at_trx_commit') !== '1') faults.push('须设 innodb_flush_log_at_trx_commit=1');
  if (!/STRICT_(TRANS|ALL)_TABLES/.test(value('sql_mode'))) faults.push('sql_mode 须含 STRICT_TRANS_TABLES');
  return faults;
}
