/** `/trust`, all that an offline verifier needs, and `POST /api/verify`, the same verification done here. */
import Router from '@koa/router';
import { answerPublic, jsonBody } from '../http/kit.ts';
import { isVerifyRequest, type VerifyRequest } from '../shared/shapes/shapes.ts';
import type { World } from '../world.ts';
import { trustDocument } from './current-trust.ts';
import { freshBelief } from './fresh-trust.ts';
import type { Verifier } from './verify-thread.ts';

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
  return router;
}
