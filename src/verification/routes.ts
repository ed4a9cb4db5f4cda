/** `/trust`, all that an offline verifier needs, and `POST /api/verify`, the same verification done here. */
import Router from '@koa/router';
import { answerPublic, jsonBody } from '../http/kit.ts';
import { isVerifyRequest, type VerifyRequest } from '../shared/shapes/shapes.ts';
import type { World } from '../world.ts';
import { trustDocument } from './current-trust.ts';
import { freshTrust } from './fresh-trust.ts';
import { verify } from './verify.ts';

const MAX_AGE_SECONDS = 60;

export function verificationRoutes(world: World): Router {
  const router = new Router();
  const trustNow = freshTrust(world);
  router.get('/trust', async ctx => {
    const body = JSON.stringify(await trustDocument(world, world.clock()));
    answerPublic(ctx, { body, type: 'application/json; charset=utf-8', maxAgeSeconds: MAX_AGE_SECONDS });
  });
  router.post('/api/verify', ...jsonBody(isVerifyRequest), async ctx => {
    const { text } = ctx.state['body'] as VerifyRequest;
    const report = await verify(text, await trustNow(), world.clock());
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Access-Control-Allow-Origin', '*');
    // written out once, here: koa would do it twice, the first time only to count its bytes
    ctx.body = JSON.stringify(report);
    ctx.type = 'application/json; charset=utf-8';
  });
  return router;
}
