/** `zhicheng reconcile`: after a backup was restored, tells what lies between it and the last checkpoint, and opens the register beyond that. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LEVELS } from '../certificate/level.ts';
import { certificateNumber, MAX_SERIAL } from '../certificate/number.ts';
import { toCheckpoint } from '../inspection/checkpoint.ts';
import { checkpointFile } from '../inspection/kept-checkpoint.ts';
import type { LostState } from '../inspection/lost-states.ts';
import { planReconciliation, reconcile, type Plan } from '../inspection/reconcile.ts';
import { LIVES, type Lag } from '../inspection/standing.ts';
import { looker } from '../inspection/watch-register.ts';
import { readRoot, writeWhole } from '../keys/keyring.ts';
import { readManifest } from '../keys/manifest.ts';
import { publish } from '../revocation/publish.ts';
import { ensureRoom } from '../revocation/room.ts';
import { STATE_WORDS } from '../revocation/state.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import { operatorAct, say, tell, Usage, withWorld, type Command } from './command.ts';

const USAGE = `zhicheng reconcile [--checkpoint 文件] [--confirm]  恢复备份之后：核对缺失的内容，确认后恢复办理
  --checkpoint 文件        留存点；默认为 ZHICHENG_CHECKPOINT_DIR 中的 checkpoint.json
  --confirm                编号、位置、状态列表越过留存点续用，已公布的状态保留；不加则只列出缺失的内容`;

export const reconcileCommand: Command = {
  usage: USAGE,
  run: async words => {
    const { values } = parseArgs({
      args: words,
      options: { checkpoint: { type: 'string' }, confirm: { type: 'boolean' } },
    });
    if (values.checkpoint === '') throw new Usage('须写明留存点文件');
    return withWorld(async world => {
      const act = operatorAct(world);
      const checkpoint = readRegister(values.checkpoint ?? checkpointFile(world.config));
      const plan = await planReconciliation(world, act, checkpoint);
      sayPlan(plan);
      if (plan.lags.length === 0) return 0;
      if (values.confirm === true) return confirmed(world, act, plan);
      say('以上没有改动任何内容。核对无误后运行 zhicheng reconcile --confirm。');
      return 1;
    });
  },
};

/** @throws DomainError FILE_UNREADABLE */
function readRegister(file: string): Plan['checkpoint'] {
  const checkpoint = existsSync(file) ? toCheckpoint(readFileSync(file, 'utf8')) : undefined;
  if (checkpoint?.register) return { ...checkpoint, register: checkpoint.register };
  throw new DomainError(
    'FILE_UNREADABLE',
    `${file} 不存在、已损坏或不含登记簿的进度；请用 --checkpoint 指出另处保管的留存点。`,
  );
}

async function confirmed(world: World, act: Act, plan: Plan): Promise<number> {
  await takeBackManifest(world, plan);
  await reconcile(world, act, plan);
  const look = looker(world);
  const left = await look();
  if (left.length > 0) {
    say('已按该留存点核对，但数据库仍落后于本机保管的留存点，仍为只读；请不带 --checkpoint 再运行一次。');
    return 1;
  }
  say('已核对：编号、位置和版本从留存点之后续用，全部登录已失效，审计已记录。现在可以办理。');
  return published(world, act);
}

/** What is public now, and a new list that gives places from here on. */
async function published(world: World, act: Act): Promise<number> {
  try {
    for (const { purpose, list, version } of await publish(world, act))
      say(`已发布 ${purpose}-${list} 第 ${version} 版`);
    await ensureRoom(world, act, 1);
    return 0;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    tell(`${error.code}：${error.detail}`);
    tell('状态列表尚未发布，请排除上述问题后先运行 zhicheng publish，再恢复制证。');
    return 1;
  }
}

/** The manifest is public and the root's own signature is under it: the newest known goes back to its place. */
async function takeBackManifest(world: World, { lags, checkpoint }: Plan): Promise<void> {
  const { manifest: mark } = checkpoint.register;
  if (!mark || !lags.some(({ what }) => what === 'manifest')) return;
  const genuine = await readManifest(mark.jws, readRoot(world.config), world.issuer.did);
  if (genuine?.version !== mark.version)
    throw new DomainError(
      'MANIFEST_INVALID',
      '留存点中的密钥清单不是由本机固定的根密钥签发，请另取最新清单。',
    );
  writeWhole(join(world.config.publicKeysDir, 'manifest.jws'), `${mark.jws}\n`);
}

function sayPlan({ checkpoint, standing, lags, states, unreadable }: Plan): void {
  say(`留存点：${checkpoint.at}，审计第 ${checkpoint.seq} 条。数据库：审计第 ${standing.head.seq} 条。`);
  if (lags.length === 0) {
    say('数据库不落后于该留存点，无需核对。');
    return;
  }
  say('数据库落后之处：');
  for (const lag of lags) say(`  ${lineOf(lag)}`);
  if (states.length > 0) say(`已公布而库中没有的状态 ${states.length} 项，将按已公布的保留：`);
  for (const state of states.slice(0, MOST_LINES)) say(`  ${stateLine(state)}`);
  if (states.length > MOST_LINES) say(`  ……其余 ${states.length - MOST_LINES} 项从略`);
  for (const id of unreadable) say(`  注意：留存点中的 ${id} 签名不成立，只取其版本号，不取其状态`);
}

const MOST_LINES = 200;

function lineOf({ what, name, here, there }: Lag): string {
  switch (what) {
    case 'counter':
      return counterLine(name, here, there);
    case 'places':
      return here < 0
        ? `状态列表 ${name}：库中没有；曾给出 ${there} 个位置，不再给出新的`
        : `状态列表 ${name}：位置缺 ${there - here} 个（库中 ${here}，留存点 ${there}），不再给出新的`;
    case 'list':
      return `${name}：缺第 ${here + 1} 至 ${there} 版`;
    case 'manifest':
      return `密钥清单：第 ${here} 版，应为第 ${there} 版`;
    case 'audit':
      return `审计：缺第 ${here + 1} 至 ${there} 条`;
    case 'fork':
      return `审计：第 ${there} 条与留存点不同，恢复之后又记了别的`;
    case 'damaged':
      return '留存点文件已损坏';
    default:
      return what satisfies never;
  }
}

function counterLine(scope: string, here: number, there: number): string {
  const [, letter, year] = /^number-([A-E])(\d{4})$/.exec(scope) ?? [];
  const level = LEVELS.find(each => each === letter);
  if (level && year !== undefined && there - 1 <= MAX_SERIAL) {
    const [first, last] = [here, there - 1].map(serial => certificateNumber(level, Number(year), serial));
    return `编号：${first} 至 ${last} 共 ${there - here} 个可能已签发而无记录，不再使用`;
  }
  if (scope === LIVES) return `恢复核对：缺 ${there - here} 次，本备份早于最近一次核对`;
  return scope === 'status-change'
    ? `状态变更：缺第 ${here} 至 ${there - 1} 号，共 ${there - here} 项`
    : `计数器 ${scope}：缺 ${there - here}`;
}

const KEPT_AS: Readonly<Record<LostState['change'], string>> = {
  REVOKE: STATE_WORDS.REVOKED,
  SUPERSEDE: STATE_WORDS.SUPERSEDED,
  SUSPEND: STATE_WORDS.SUSPENDED,
};

function stateLine({ list, place, certificate, change }: LostState): string {
  const of = certificate
    ? `${certificate.number} 第 ${certificate.version} 版`
    : `列表 ${list} 第 ${place} 位（证书已无记录）`;
  return `${of}：${KEPT_AS[change]}`;
}
