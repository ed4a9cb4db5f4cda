/** What a command is, and the World it works in. */
import { userInfo } from 'node:os';
import { pino } from 'pino';
import { readConfig, type Config } from '../config.ts';
import { demandFieldKeys } from '../db/demand-field-keys.ts';
import { demandMigrated, migrate } from '../db/migrate.ts';
import { looker } from '../inspection/watch-register.ts';
import type { Act } from '../shared/act.ts';
import { closeWorld, makeWorld, newAct, type World } from '../world.ts';

export interface Command {
  /** First line: form and one phrase; further lines explain options. */
  readonly usage: string;
  /** @returns exit code */
  readonly run: (words: string[]) => Promise<number>;
}

/** Thrown for a call that does not fit the command's usage; the message says what is missing. */
export class Usage extends Error {}

/** The action that the words name, which are no more than its name. @throws Usage */
export function actionIn<Action>(
  actions: Readonly<Record<string, Action>>,
  [name = '', ...rest]: readonly string[],
): Action {
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (!action || rest.length > 0) throw new Usage('须写明一个操作，如 add');
  return action;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Progress goes to the error stream, so that the answer can be piped. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Progress on one rewritten line at a terminal; every tenth part elsewhere. */
export function progressOf(what: string): (done: number, all: number) => void {
  let shown = -1;
  return (done, all) => {
    const tenth = Math.floor((done * 10) / Math.max(1, all));
    if (process.stderr.isTTY) process.stderr.write(`\r${what} ${done}/${all}${done >= all ? '\n' : ''}`);
    else if (tenth !== shown) tell(`${what} ${done}/${all}`);
    shown = tenth;
  };
}

/** Reads the configuration, opens a quiet World on a current database, runs the body and closes everything. */
export async function withWorld<T>(
  body: (world: World) => Promise<T>,
  config: Config = readConfig(process.env),
): Promise<T> {
  const world = await makeWorld(config, { log: pino({ level: 'silent' }) });
  try {
    // the embedded database belongs to this machine and is brought up to date; a shared one waits for `zhicheng migrate`
    if (world.db.dialect === 'sqlite') await migrate(world.db);
    else await demandMigrated(world.db);
    // with a key missing, what it sealed stays to be counted: that is for `field-keys status` to say
    await demandFieldKeys(world, async () => Promise.resolve(false));
    const look = looker(world);
    await look('compare');
    if (world.db.writes.isShut)
      tell('注意：数据库落后于留存点（由备份恢复？），现在只读；请运行 zhicheng reconcile 查看。');
    const before = world.db.writes.commits;
    try {
      return await body(world);
    } finally {
      if (world.db.writes.commits > before) await look();
    }
  } finally {
    await closeWorld(world);
  }
}

/** An act of the person at this terminal. */
export function operatorAct(world: World): Act {
  return newAct(world, `cli:${userInfo().username}`);
}
