/** The web application: order of middleware and the list of routers; nothing else. */
import Router from '@koa/router';
import Koa from 'koa';
import { accountRoutes } from './accounts/routes.ts';
import { makeServiceApi } from './accounts/signed-in.ts';
import { attachmentRoutes } from './applications/attachment/routes.ts';
import { registerRoutes } from './applications/register/routes.ts';
import { reservedPhoneOf } from './applications/reserved-phone.ts';
import { applicationRoutes } from './applications/routes.ts';
import { listVersionRoutes } from './inspection/list-versions.ts';
import { inspectionRoutes } from './inspection/routes.ts';
import { calendarRoutes } from './calendar/routes.ts';
import { glyphRoutes } from './certificate/glyph-routes.ts';
import { certificateRoutes } from './certificate/routes.ts';
import { useCopyRoutes } from './copies/routes.ts';
import { titleRoutes } from './certificate/title-routes.ts';
import { changeRoutes } from './changes/routes.ts';
import { statusAtRoutes } from './changes/status-at.ts';
import { changeSheetRoutes } from './changes/sheets/routes.ts';
import { clientRoutes } from './clients/routes.ts';
import { makeClientApi } from './clients/signed-request.ts';
import { collectionRoutes } from './collection/routes.ts';
import { feedbackRoutes } from './feedback/routes.ts';
import { pendingMigrations } from './db/migrate.ts';
import { accessLog, compressed, securityHeaders } from './http/kit.ts';
import { PUBLIC_OPERATIONS } from './http/docs/public.ts';
import type { Heading } from './http/docs/openapi.ts';
import { docsRoutes } from './http/docs/routes.ts';
import { problems } from './http/problem.ts';
import { staticRoutes } from './http/static.ts';
import { reportRoutes } from './issuance/report/routes.ts';
import { issuanceRoutes } from './issuance/routes.ts';
import { keyRoutes } from './keys/routes.ts';
import { lookupRoutes } from './lookups/routes.ts';
import { demoOutboxRoutes } from './messages/routes.ts';
import { registrationRoutes } from './registrations/routes.ts';
import { reviewRoutes } from './review/routes.ts';
import { statusListRoutes } from './revocation/routes.ts';
import { sharingRoutes } from './sharing/routes.ts';
import { fileRoutes } from './verification/file-routes.ts';
import { verificationRoutes } from './verification/routes.ts';
import type { Verifier } from './verification/verify-thread.ts';
import { NOTIFICATION } from './webhooks/notification.ts';
import { webhookRoutes } from './webhooks/routes.ts';
import type { World } from './world.ts';

/** How the process stands, as `/readyz` tells it. */
export interface Condition {
  /** False from the moment an orderly stop begins, so that a balancer sends no more. */
  readonly isReady: () => boolean;
  /** True while requests are turned away because there are too many. */
  readonly isShedding: () => boolean;
}

export function makeApp(world: World, condition: Condition, verifier: Verifier): Koa {
  // limits count source addresses: behind our own proxies that is the address the outermost of them saw
  const { proxyHops } = world.config;
  const app = new Koa({ proxy: proxyHops > 0, maxIpsCount: proxyHops });
  // what breaks beneath an answer is the connection: koa itself would print it, stack and all, beside the log
  app.on('error', (error: Error) => world.log.warn({ error: String(error) }, 'connection'));
  app.use(accessLog(world.log, world.ids));
  app.use(problems(world.log));
  app.use(securityHeaders());
  app.use(compressed());
  const api = makeServiceApi(world);
  accountRoutes(world, api, { reservedPhoneOf: idNumber => reservedPhoneOf(world, idNumber) });
  calendarRoutes(world, api);
  titleRoutes(api);
  registerRoutes(world, api);
  applicationRoutes(world, api);
  attachmentRoutes(world, api);
  reviewRoutes(world, api);
  issuanceRoutes(world, api);
  reportRoutes(world, api);
  changeRoutes(world, api);
  statusAtRoutes(world, api);
  changeSheetRoutes(world, api);
  collectionRoutes(world, api);
  fileRoutes(world, api);
  lookupRoutes(world, api);
  sharingRoutes(world, api);
  useCopyRoutes(world, api);
  feedbackRoutes(world, api);
  inspectionRoutes(world, api);
  listVersionRoutes(world, api);
  clientRoutes(world, api);
  const clientApi = makeClientApi(world);
  registrationRoutes(world, { api, clientApi });
  webhookRoutes(world, { api, clientApi });
  // each router costs all that come after it: what is asked most stands in front
  const routers = [
    healthRoutes(world, condition),
    verificationRoutes(world, verifier),
    keyRoutes(world),
    certificateRoutes(world),
    glyphRoutes(world),
    statusListRoutes(world),
    api.router,
    clientApi.router,
    demoOutboxRoutes(world),
    docsRoutes(
      [...api.operations, ...clientApi.operations, ...PUBLIC_OPERATIONS],
      [NOTIFICATION],
      documentHeading(world),
    ),
    staticRoutes(),
  ];
  for (const router of routers) app.use(router.routes());
  return app;
}

function documentHeading(world: World): Heading {
  return {
    title: `职证接口（${world.config.issuerName}）`,
    version: '1',
    origin: world.config.origin,
    description: [
      '登录后，会话放在 HttpOnly、SameSite=Strict 的 Cookie（zc_session）里；除 GET 外，每个请求还须带请求头 X-CSRF-Token，值为登录应答中的 csrfToken。',
      '登录后的 POST 都可带 Idempotency-Key：同一键重复发送只办一次，得到同样的应答。列表按游标翻页：把应答中的 next 作为 after 再查，自新到旧的列表则作为 before。',
      '时间为 UTC 的 RFC 3339 文本，日期与月份为北京时间。出错时一律为 application/problem+json（RFC 9457）：code 是稳定代码，detail 说明下一步怎么办，errors 逐项指出有误之处。别的单位或他人的编号与不存在的一样，都答 404。',
    ].join('\n\n'),
  };
}

function healthRoutes(world: World, { isReady, isShedding }: Condition): Router {
  const router = new Router();
  const isMigrated = shared(async () => isDatabaseReady(world));
  router.get('/healthz', ctx => {
    ctx.set('Cache-Control', 'no-store');
    ctx.body = { status: 'alive' };
  });
  router.get('/readyz', async ctx => {
    const ready = isReady() && (await isMigrated());
    ctx.set('Cache-Control', 'no-store');
    ctx.status = ready ? 200 : 503;
    // whoever sheds still answers as many as it can: taken out of service, it would answer none
    const readOnly = world.db.writes.isShut; // it reads and verifies as well as ever: no reason to take it out of service
    ctx.body = {
      status: ready ? 'ready' : 'not-ready',
      shedding: isShedding(),
      ...(readOnly ? { readOnly } : {}),
    };
  });
  return router;
}

/** One run at a time for however many ask: this is never refused, so it must not cost more when more ask. */
function shared<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => (running ??= run().finally(() => (running = undefined)));
}

async function isDatabaseReady(world: World): Promise<boolean> {
  try {
    return (await pendingMigrations(world.db)).length === 0;
  } catch {
    return false; // whatever the database says, it is not ready
  }
}
