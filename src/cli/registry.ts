/** `revoke`, `suspend`, `resume`, `publish`, `migrate`: changes to the register, made public at once. */
import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { migrate } from '../db/migrate.ts';
import { changeState, type StateChange } from '../revocation/change-state.ts';
import { publish } from '../revocation/publish.ts';
import { STATE_WORDS } from '../revocation/state.ts';
import { isDate } from '../shared/time.ts';
import { DomainError } from '../shared/errors.ts';
import { closeWorld, makeWorld, type World } from '../world.ts';
import { operatorAct, say, Usage, withWorld, type Command } from './command.ts';

export const revokeCommand: Command = {
  usage: `zhicheng revoke 编号 --reason FRAUD --document 文号   撤销证书并立即发布状态
  原因代码：FRAUD、REVIEW_OVERTURNED、EXAM_INVALID、IMPERSONATION、APPOINTMENT_VOID`,
  run: words => changed(words, { change: 'REVOKE' }),
};

export const suspendCommand: Command = {
  usage: `zhicheng suspend 编号 [--until 日期] [--document 文号]  暂停使用（核查期间，默认 60 天）`,
  run: words => changed(words, { change: 'SUSPEND', reason: 'UNDER_INVESTIGATION' }),
};

export const resumeCommand: Command = {
  usage: 'zhicheng resume 编号 [--document 文号]               核查不属实，恢复使用',
  run: words => changed(words, { change: 'RESUME', reason: 'NOT_UPHELD' }),
};

async function changed(
  words: string[],
  kind: { change: StateChange['change']; reason?: string },
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { reason: { type: 'string' }, document: { type: 'string' }, until: { type: 'string' } },
  });
  const [number] = positionals;
  if (number === undefined) throw new Usage('须写明证书编号');
  if (values.until !== undefined && !isDate(values.until))
    throw new Usage('--until 须写成 2021-07-01 这样的日期');
  return withWorld(async world => {
    demandTrial(world);
    const reason = values.reason ?? kind.reason ?? '';
    const wanted = {
      number,
      change: kind.change,
      reason,
      document: values.document,
      untilDate: values.until,
    };
    const act = operatorAct(world);
    const done = await changeState(world, act, wanted);
    await publish(world, act);
    say(
      `${done.number} 第 ${done.version} 版：${STATE_WORDS[done.before]} → ${STATE_WORDS[done.after]}，状态列表已发布。`,
    );
    return 0;
  });
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
      const published = await publish(world, operatorAct(world));
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
