/** Composition root of the service: read configuration, make the World, start, stop in order on SIGTERM. Imports everything; nobody imports it. */
import { printable, readConfig } from './config.ts';
import { migrate } from './db/migrate.ts';
import { startService } from './service.ts';
import { DomainError } from './shared/errors.ts';
import { closeWorld, makeWorld } from './world.ts';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const world = await makeWorld(config);
  world.log.info({ config: printable(config) }, 'starting');
  if (config.production && config.sms === undefined)
    world.log.warn('no SMS provider is configured: holders receive no codes and cannot sign in');
  // the embedded database is this process's own: it may bring it up to date; a shared one waits for `zhicheng migrate`
  if (world.db.dialect === 'sqlite') await migrate(world.db);
  const service = await startService(world);
  world.log.info({ url: service.url }, 'listening');
  process.stdout.write(`职证服务已启动：${service.url}\n`);
  const stop = (): void => {
    service
      .stop()
      .then(() => closeWorld(world))
      .then(() => process.exit(0))
      .catch(() => process.exit(1));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: unknown) => {
  const detail = error instanceof DomainError ? `${error.code}：${error.detail}` : String(error);
  process.stderr.write(`启动失败。${detail}\n`);
  process.exit(1);
});
