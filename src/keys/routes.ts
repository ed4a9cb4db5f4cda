/** `/.well-known/did.json` and `/.well-known/jwks.json`: the keys for other verifiers. Source: did:web; RFC 7517 §5. */
import Router from '@koa/router';
import { answerPublic } from '../http/kit.ts';
import type { World } from '../world.ts';
import { didDocument, jwkSet } from './did-document.ts';

const MAX_AGE_SECONDS = 300;

export function keyRoutes(world: World): Router {
  const router = new Router();
  router.get('/.well-known/did.json', async ctx => {
    const { manifest } = await world.keys.manifest();
    const body = JSON.stringify(didDocument(manifest));
    answerPublic(ctx, { body, type: 'application/did+json; charset=utf-8', maxAgeSeconds: MAX_AGE_SECONDS });
  });
  router.get('/.well-known/jwks.json', async ctx => {
    const { manifest } = await world.keys.manifest();
    const body = JSON.stringify(jwkSet(manifest));
    answerPublic(ctx, { body, type: 'application/jwk-set+json; charset=utf-8', maxAgeSeconds: MAX_AGE_SECONDS });
  });
  return router;
}
