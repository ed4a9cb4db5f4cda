/**
 * `zhicheng demo`: thirty fictional people, from their uploads to files on disk, month by month on a calendar of the past, with
 * test keys. Running it again continues where it stopped; it never touches a register that real keys serve.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { demoPassphraseFile, readConfig, type Config } from '../../config.ts';
import { migrate } from '../../db/migrate.ts';
import { addKey, makeRoot } from '../../keys/ceremony.ts';
import { isLive, KEY_USES } from '../../keys/manifest.ts';
import { loadManifest, readRoot, writeWhole } from '../../keys/keyring.ts';
import { publish } from '../../revocation/publish.ts';
import { startService } from '../../service.ts';
import { DomainError } from '../../shared/errors.ts';
import { addDays, addMonths, dateAt, monthAt, startOf } from '../../shared/time.ts';
import { closeWorld, makeWorld, newAct, type World } from '../../world.ts';
import { progressOf, say, tell, type Command } from '../command.ts';
import { ceremonyOf, monthWindow } from '../keys.ts';
import { keyMonths, PERSONAS } from './personas.ts';
import { clerkLogin } from './register.ts';
import { DEMO_PASSWORD, DEMO_TOTP_SECRET, setUpDemo } from './setup.ts';
import { runStories } from './stories.ts';
import { writeShowcase } from './showcase.ts';
import { didOf } from '../../keys/did-document.ts';

export const demoCommand: Command = {
  usage: `zhicheng demo [--once]                             建立演示数据并启动服务（--once：只建立数据）`,
  run: async words => {
    const { values } = parseArgs({ args: words, options: { once: { type: 'boolean' } } });
    const since = performance.now();
    const config = await withDemoKeys(readConfig(process.env));
    const world = await makeWorld(config, { log: pino({ level: 'silent' }) });
    try {
      await build(world, since);
      if (values.once === true) return 0;
      return await serve(world);
    } finally {
      await closeWorld(world);
    }
  },
};

async function build(world: World, since: number): Promise<void> {
  tell('准备数据库…');
  await migrate(world.db);
  tell('登记单位、评审委员会和账号…');
  await setUpDemo(world);
  await runStories(world, progressOf('演示经过'));
  await publish(world, newAct(world, 'system:demo'));
  const outDir = join(world.config.dataDir, 'demo');
  const shown = await writeShowcase(world, {
    renderer: world.renderer(),
    outDir,
    onProgress: progressOf('制图'),
  });
  const seconds = ((performance.now() - since) / 1000).toFixed(1);
  say('');
  say(`演示数据已就绪：${PERSONAS.length} 人，${shown.length} 张证书，用时 ${seconds} 秒。`);
  say(`证书图片与 demo.json 在 ${relative(process.cwd(), outDir) || outDir}/`);
  for (const state of ['VALID', 'REVOKED', 'SUPERSEDED'] as const) {
    const example = shown.find(each => each.state === state);
    if (example)
      say(`  ${state.padEnd(10)} ${example.number} ${example.holder}\n             ${example.verifyUrl}`);
  }
}

async function serve(world: World): Promise<number> {
  const service = await startService(world);
  say('');
  say(`服务已启动：${world.issuer.origin}`);
  for (const path of ['/v', '/query', '/my', '/api-docs', '/demo/outbox', '/trust', '/.well-known/did.json'])
    say(`  ${world.issuer.origin}${path}`);
  sayAccounts(world);
  say('演示证书均由测试密钥签发，没有法律效力。按 Ctrl+C 结束。');
  await new Promise<void>(resolve => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await service.stop();
  return 0;
}

/** Who a visitor may sign in as: everybody's password is the same, and known. */
function sayAccounts(world: World): void {
  say('');
  say(`演示账号（密码均为 ${DEMO_PASSWORD}，动态口令密钥均为 ${DEMO_TOTP_SECRET}）：`);
  for (const [login, who] of ACCOUNTS) say(`  ${login.padEnd(16)} ${who}`);
  say('  动态口令：npx zhicheng accounts code --login jingban');
  say(
    `  持证人：证件号码 120199198203149931、手机 19900001001（张明远），验证码见 ${world.issuer.origin}/demo/outbox`,
  );
  say(
    `  工作台：${world.issuer.origin}/desk，我的职称证书：${world.issuer.origin}/my，查验：${world.issuer.origin}/v`,
  );
  say('  逐步操作见 README「走完一件申请」。');
  const { cutoffRollover, collectionPolicy } = world.config;
  if (cutoffRollover !== 'month-end' || collectionPolicy !== 'qa')
    say(
      '  想在当月走完并立即领取，请这样启动：ZHICHENG_CUTOFF_ROLLOVER=month-end ZHICHENG_COLLECTION_POLICY=qa npm run demo',
    );
}

const ACCOUNTS: readonly (readonly [login: string, who: string])[] = [
  ['jingban', '市局经办人'],
  ['fuhe', '市局复核人'],
  ['zhangyin', '市局撤销专员'],
  ['guanli', '市局管理员'],
  ['shenji', '市局审计员'],
  [clerkLogin('91120199TEXT00148J', 'employer'), '用人单位：天津滨河装备制造有限公司'],
  [clerkLogin('91120199TEXT00068Y', 'department'), '主管部门：天津滨河装备控股集团有限公司（测试）'],
  [clerkLogin('12120199TEXT00025N', 'archive'), '档案存放地：天津市津门区人力资源服务中心（测试）'],
  [clerkLogin('12120199TEXT00287E', 'organiser'), '评审委员会组建单位：天津市职称评审服务中心（测试）'],
  [clerkLogin('12120199TEXT00092L', 'exam-body'), '考试机构：天津市人事考试中心（测试）'],
];

/** Demo keys stand afterwards, all marked as test keys. @throws DomainError DEMO_REFUSED where real keys are or production runs */
async function withDemoKeys(config: Config): Promise<Config> {
  if (config.production)
    throw new DomainError('DEMO_REFUSED', '生产环境（NODE_ENV=production）不能运行演示。');
  const rootFile = join(config.publicKeysDir, 'root.json');
  if (existsSync(rootFile) && readRoot(config).test !== true) {
    throw new DomainError(
      'DEMO_REFUSED',
      '这里已有正式根密钥，演示不会触碰它；请用另一个数据目录与密钥目录（ZHICHENG_DATA_DIR、ZHICHENG_PUBLIC_KEYS_DIR）。',
    );
  }
  tell('准备测试密钥…');
  for (const which of ['key', 'root'] as const) {
    const file = demoPassphraseFile(config.privateKeysDir, which);
    const given = which === 'key' ? config.keyPassphrase : config.rootPassphrase;
    if (given === undefined && !existsSync(file))
      writeWhole(file, `${randomBytes(24).toString('base64url')}\n`, 0o600);
  }
  const ready = readConfig(process.env);
  const now = Math.floor(Date.now() / 1000);
  const ceremony = ceremonyOf(ready, now);
  if (!existsSync(rootFile)) await makeRoot(ceremony, true);
  await addMissingKeys(ready, now);
  // the visitor reads the codes that would go to phones
  return { ...ready, demoOutbox: true };
}

/** Uses whose keys are not one a month. */
const LASTING_USES = KEY_USES.filter(use => use !== 'certificates');

async function addMissingKeys(config: Config, now: number): Promise<void> {
  const ceremony = ceremonyOf(config, now);
  const manifest = existsSync(join(config.publicKeysDir, 'manifest.jws'))
    ? (await loadManifest(config, didOf(config.origin))).manifest
    : undefined;
  const keys = manifest?.keys ?? [];
  const today = dateAt(now);
  const notAfter = startOf(addDays(today, 5 * 366));
  for (const use of LASTING_USES) {
    if (keys.some(key => key.use === use && isLive(key))) continue;
    await addKey(ceremony, { use, notBefore: startOf('2020-05-01'), notAfter });
  }
  // this month and the next too, so that a visitor's own application can be released
  const months = new Set([...keyMonths(), monthAt(now), addMonths(monthAt(now), 1)]);
  for (const month of months) {
    if (keys.some(key => key.month === month)) continue;
    await addKey(ceremony, { use: 'certificates', month, ...monthWindow(month, today) });
  }
}
