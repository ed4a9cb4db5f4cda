/** `zhicheng audit`: the chain of the audit checked, its end kept outside, the whole of it handed to somebody without this service. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { recordLook } from '../audit/look.ts';
import { checkChain } from '../audit/record.ts';
import { searchEntries } from '../audit/store.ts';
import { demandWritable } from '../db/write-gate.ts';
import { agrees, takeCheckpoint, toCheckpoint, type Checkpoint } from '../inspection/checkpoint.ts';
import { auditLines } from '../inspection/export-audit.ts';
import { RECONCILED } from '../inspection/reconcile.ts';
import { checkpointOf, standingOf } from '../inspection/standing.ts';
import { writeWhole } from '../keys/keyring.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import { operatorAct, say, Usage, withWorld, type Command } from './command.ts';

const USAGE = `zhicheng audit verify|checkpoint|export             核对、留存、导出审计记录
  audit verify [--checkpoint 文件]        核对整条审计链，指出第一处不成立；给出留存点时能发现尾部被截去
  audit checkpoint --out 文件             留存当前末尾与登记簿的进度，请另处保管；恢复备份后用来核对
  audit export --out 文件                 导出全部记录（JSON Lines），首行说明如何不用本系统核对`;

export const auditCommand: Command = {
  usage: USAGE,
  run: async words => {
    const { values, positionals } = parseArgs({
      args: words,
      allowPositionals: true,
      options: { out: { type: 'string' }, checkpoint: { type: 'string' } },
    });
    const [action, ...rest] = positionals;
    if (rest.length > 0) throw new Usage('参数过多');
    switch (action) {
      case 'verify':
        return verified(values.checkpoint);
      case 'checkpoint':
        return checkpointed(demandNew(values.out));
      case 'export':
        return exported(demandNew(values.out));
      default:
        throw new Usage('须写明 verify、checkpoint 或 export');
    }
  },
};

async function verified(file: string | undefined): Promise<number> {
  const checkpoint = file === undefined ? undefined : readCheckpoint(file);
  return withWorld(async world => {
    const { entries, brokenAt } = await checkChain(world.db);
    if (brokenAt !== undefined) {
      say(`审计链自第 ${brokenAt} 条起不成立；此前 ${Math.min(entries, brokenAt - 1)} 条成立。`);
      return 1;
    }
    say(`审计链成立，共 ${entries} 条。`);
    const restores = await restoresIn(world);
    for (const { seq, toSeq, checkpointAt } of restores)
      say(
        `第 ${seq} 条记有一次恢复备份：此前至 ${checkpointAt} 的留存点（原第 ${toSeq} 条）之间的记录已缺失。`,
      );
    return checkpoint ? compared(world, checkpoint, restores) : 0;
  });
}

interface Restore {
  readonly seq: number;
  readonly toSeq: number;
  readonly checkpointAt: string;
}

async function restoresIn({ db }: World): Promise<readonly Restore[]> {
  const entries = await searchEntries(db, { action: RECONCILED, order: 'asc', limit: 1000 });
  // written by `reconcile` only
  return entries.map(({ seq, detail }) => ({ ...(JSON.parse(detail) as Omit<Restore, 'seq'>), seq }));
}

async function compared(
  { db }: World,
  checkpoint: Checkpoint,
  restores: readonly Restore[],
): Promise<number> {
  const name = `与 ${checkpoint.at} 的留存点`;
  if (await agrees(db, checkpoint)) {
    say(`${name}（第 ${checkpoint.seq} 条）一致。`);
    return 0;
  }
  const gap = restores.find(({ toSeq }) => checkpoint.seq <= toSeq);
  say(
    gap
      ? `${name}不一致：第 ${checkpoint.seq} 条在第 ${gap.seq} 条所记的恢复备份中缺失。`
      : `${name}不一致：第 ${checkpoint.seq} 条已被截去或整条链被改写。`,
  );
  return 1;
}

/** @throws DomainError FILE_UNREADABLE */
function readCheckpoint(file: string): Checkpoint {
  const checkpoint = existsSync(file) ? toCheckpoint(readFileSync(file, 'utf8')) : undefined;
  if (!checkpoint) throw new DomainError('FILE_UNREADABLE', '留存点文件不存在或内容不对，请核对路径。');
  return checkpoint;
}

async function checkpointed(file: string): Promise<number> {
  return withWorld(async world => {
    demandWritable(world.db, 'operator'); // one of a restored copy would pass for the register's own
    const standing = await standingOf(world);
    const checkpoint = await takeCheckpoint(world.db, world.clock());
    if (!checkpoint) {
      say('审计链不成立，不能留存；请先运行 zhicheng audit verify。');
      return 1;
    }
    const { register } = await checkpointOf(world, standing, { at: world.clock() });
    writeWhole(file, `${JSON.stringify({ ...checkpoint, register })}\n`);
    say(`已留存第 ${checkpoint.seq} 条，写入 ${file}。`);
    return 0;
  });
}

/** Handing the audit out is itself in the audit, and so in the file. */
async function exported(file: string): Promise<number> {
  return withWorld(async world => {
    const act = operatorAct(world);
    await recordLook(world, act, [{ action: 'audit.exported', subject: 'audit' }]);
    const lines = await writeLines(file, auditLines(world.db, act.at));
    say(`已导出 ${lines - 1} 条，写入 ${file}。`);
    return 0;
  });
}

/** The lines are on the disk, in a file that was not there. @returns how many */
async function writeLines(file: string, lines: AsyncIterable<string>): Promise<number> {
  const handle = openSync(file, 'wx', 0o600);
  let count = 0;
  try {
    for await (const line of lines) {
      writeSync(handle, line);
      count += 1;
    }
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  return count;
}

function demandNew(file: string | undefined): string {
  if (file === undefined || file === '') throw new Usage('须写明 --out 文件');
  if (existsSync(file)) throw new Usage(`${file} 已存在，请换一个文件名`);
  return file;
}
