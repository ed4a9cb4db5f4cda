/**
 * Built pages and their assets from public/app/: fixed names only, long caching for hashed files, none for pages. `send` gives the
 * compressed form that the build left beside a file to whoever takes it.
 */
import { existsSync } from 'node:fs';
import Router from '@koa/router';
import { send } from '@koa/send';
import { DomainError } from '../shared/errors.ts';
import { projectFile } from '../shared/project.ts';

const POLICY = 'Content-Security-Policy';
const ROOT = projectFile('public/app');
const YEAR_MS = 365 * 86_400_000;
/** Added to the policy of the verify page: no text ever becomes a script or its address, but by these two policies of its own. */
const TRUSTED_TYPES = "require-trusted-types-for 'script';trusted-types vue zhicheng";

/** `/`, `/help`, `/feedback`, `/v`, `/query`, `/my…`, `/desk…` and `/app/…`. */
export function staticRoutes(): Router {
  const router = new Router();
  const page = (path: string, file: string, policy?: string): void => {
    router.get(path, async ctx => {
      if (!existsSync(`${ROOT}/${file}`))
        throw new DomainError('NOT_FOUND', '页面还没有构建，请先运行 npm run build。');
      ctx.set('Cache-Control', 'no-cache');
      if (policy !== undefined)
        ctx.set(POLICY, [ctx.response.get(POLICY), policy].filter(part => part !== '').join(';'));
      await send(ctx, file, { root: ROOT });
    });
  };
  page('/', 'index.html');
  page('/help', 'help.html');
  page('/feedback', 'feedback.html');
  page('/v', 'v.html', TRUSTED_TYPES);
  page('/query', 'query.html');
  for (const path of ['/my', '/my/*path']) page(path, 'my.html');
  for (const path of ['/desk', '/desk/*path']) page(path, 'desk.html');
  router.get('/app/*path', async ctx => {
    const path = ctx.path.slice('/app/'.length);
    if (!/^[\w./-]+$/.test(path) || /\.(?:html|br|gz)$/.test(path))
      throw new DomainError('NOT_FOUND', '没有这个文件。');
    // lets the worker of the verify page answer for /v itself and for its scripts, so that a revisit works with the network off
    if (path === 'verify-worker.js') ctx.set('Service-Worker-Allowed', '/');
    await send(ctx, path, {
      root: ROOT,
      maxage: path.startsWith('assets/') ? YEAR_MS : 0,
      immutable: path.startsWith('assets/'),
    });
  });
  return router;
}
