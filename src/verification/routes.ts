/** `/trust`, all that an offline verifier needs, and `POST /api/verify`, the same verification done here; also with lists brought along. */
import Router from '@koa/router';
import { answerPublic, jsonBody } from '../http/kit.ts';
import { newestVersion } from '../revocation/store.ts';
import {
  isStapledRequest,
  isVerifyRequest,
  type StapledReport,
  type StapledRequest,
  type VerifyRequest,
} from '../shared/shapes/shapes.ts';
import { PURPOSES } from '../revocation/status-list.ts';
import type { World } from '../world.ts';
import { trustDocument } from './current-trust.ts';
import { freshBelief } from './fresh-trust.ts';
import { withStapled } from './stapled.ts';
import type { Verifier } from './verify-thread.ts';
import { verify } from './verify.ts';

const MAX_AGE_SECONDS = 60;

/** Where texts are verified; the one path that many ask at once. */
export const VERIFY_PATH = '/api/verify';

export function verificationRoutes(world: World, verifier: Verifier): Router {
  const router = new Router();
  const belief = freshBelief(world);
  router.get('/trust', async ctx => {
    const body = JSON.stringify(await trustDocument(world, world.clock()));
    answerPublic(ctx, { body, type: 'application/json; charset=utf-8', maxAgeSeconds: MAX_AGE_SECONDS });
  });
  router.post(VERIFY_PATH, ...jsonBody(isVerifyRequest), async ctx => {
    const { text } = ctx.state['body'] as VerifyRequest;
    const report = await verifier.reportOn(text, await belief(), world.clock());
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Access-Control-Allow-Origin', '*');
    ctx.body = report;
    ctx.type = 'application/json; charset=utf-8';
  });
  router.post('/api/verify/stapled', ...jsonBody(isStapledRequest, '160kb'), async ctx => {
    const { text, lists } = ctx.state['body'] as StapledRequest;
    const at = world.clock();
    const { trust, stapled } = await withStapled((await belief()).trust, lists, at);
    for (const { list = '', version = 0, outcome } of stapled)
      if (outcome === 'used') await alarmIfAhead(world, list, version);
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Access-Control-Allow-Origin', '*');
    ctx.body = { report: await verify(text, trust, at), lists: [...stapled] } satisfies StapledReport;
  });
  return router;
}

/** Our own signature on a version that our register does not have: it was restored from an old backup, or the key is somebody else's too. */
async function alarmIfAhead(world: World, name: string, version: number): Promise<void> {
  const [purpose = '', list] = name.split('-');
  const known = PURPOSES.find(each => each === purpose);
  const newest = known && (await newestVersion(world.db, Number(list), known));
  if ((newest?.version ?? 0) < version)
    world.log.error(
      { list: name, version, own: newest?.version },
      'status list NEWER than the register was shown',
    );
}
