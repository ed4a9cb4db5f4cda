/** `revoke`, `suspend`, `extend`, `resume`, `publish`, `migrate`: changes to the register, made public at once. */
import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { migrate } from '../db/migrate.ts';
import { changeState, type ChangedState, type StateChange } from '../revocation/change-state.ts';
import { publish } from '../revocation/publish.ts';
import { tendLists } from '../revocation/room.ts';
import { STATE_WORDS } from '../revocation/state.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import { addDays, dateAt, toChineseDate } from '../shared/time.ts';
import { closeWorld, makeWorld, type World } from '../world.ts';
import { operatorAct, say, tell, Usage, withWorld, type Command } from './command.ts';

export const revokeCommand: Command = {
  usage: `zhicheng revoke 编号 --reason FRAUD --document 文号   撤销证书并立即发布状态
  原因代码：FRAUD、REVIEW_OVERTURNED、EXAM_INVALID、IMPERSONATION、APPOINTMENT_VOID`,
  run: words => changed(words, { change: 'REVOKE' }),
};

export const suspendCommand: Command = {
  usage: `zhicheng suspend 编号 [--until 日期] [--document 文号]  暂停使用（核查期间，默认 60 天）`,
  run: words => changed(words, { change: 'SUSPEND', reason: 'UNDER_INVESTIGATION' }),
};

export const extendCommand: Command = {
  usage: `zhicheng extend 编号 --until 日期 [--document 文号]    延长暂停，只能一次，须晚于现在的截止日期`,
  run: words => changed(words, { change: 'EXTEND', reason: 'UNDER_INVESTIGATION' }),
};

export const resumeCommand: Command = {
  usage: 'zhicheng resume 编号 [--document 文号]               核查不属实，恢复使用',
  run: words => changed(words, { change: 'RESUME', reason: 'NOT_UPHELD' }),
};

type Kind = Pick<StateChange, 'change'> & { readonly reason?: string };

async function changed(words: string[], { change, reason = '' }: Kind): Promise<number> {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { reason: { type: 'string' }, document: { type: 'string' }, until: { type: 'string' } },
  });
  const [number, another] = positionals;
  if (number === undefined || another !== undefined) throw new Usage('须写明一个证书编号');
  const { document, until: untilDate } = values;
  // an end that is ignored would be believed
  if (untilDate !== undefined && change !== 'SUSPEND' && change !== 'EXTEND')
    throw new Usage('只有暂停和延长暂停才有截止日期');
  return withWorld(async world => {
    demandTrial(world);
    const act = operatorAct(world);
    const wanted = { number, change, reason: values.reason ?? reason, document, untilDate };
    await madePublic(world, act, changedWords(await changeState(world, act, wanted)));
    return 0;
  });
}

/** The change stands whether or not it can be made public now: whoever ordered it is told which, so that nobody orders it again. */
async function madePublic(world: World, act: Act, done: string): Promise<void> {
  try {
    await publish(world, act);
  } catch (error) {
    tell(`${done}；变更已生效，但状态列表尚未发布，请排除下述故障后运行 zhicheng publish。`);
    throw error;
  }
  say(`${done}，状态列表已发布。`);
}

function changedWords({ number, version, before, after, until, invalidFrom }: ChangedState): string {
  const said = [
    `${number} 第 ${version} 版：${STATE_WORDS[before]} → ${STATE_WORDS[after]}`,
    until !== undefined && `至 ${toChineseDate(addDays(dateAt(until), -1))}（含当日）`,
    invalidFrom !== undefined && `自 ${toChineseDate(invalidFrom)} 起无效`,
  ];
  return said.filter(Boolean).join('，');
}

/** In production a change is proposed by one person and confirmed by another, over the API. */
function demandTrial(world: World): void {
  if (!world.config.production) return;
  throw new DomainError(
    'TWO_PERSONS_NEEDED',
    '正式环境须由经办人提议、另一人确认后生效，请登录系统办理；本命令只用于测试密钥。',
  );
}

export const publishCommand: Command = {
  usage: 'zhicheng publish                                   签发并发布最新状态列表',
  run: async words => {
    parseArgs({ args: words, options: {} });
    return withWorld(async world => {
      const published = await tendLists(world, operatorAct(world));
      for (const { purpose, list, version } of published) say(`${purpose}-${list}\t第 ${version} 版`);
      if (published.length === 0) say('状态没有变化，无需重新发布。');
      return 0;
    });
  },
};

export const migrateCommand: Command = {
  usage: 'zhicheng migrate                                   升级数据库表',
  run: async words => {
    parseArgs({ args: words, options: {} });
    const world = await makeWorld(readConfig(process.env));
    try {
      const done = await migrate(world.db);
      say(done.length === 0 ? '数据库已是最新。' : `已执行 ${done.length} 项升级。`);
      return 0;
    } finally {
      await closeWorld(world);
    }
  },
};
