/** `/status-lists/{purpose}-{list}`: the newest version of each list. Source: Bitstring Status List 1.0; VC-JOSE-COSE media type. */
import Router from '@koa/router';
import { answerPublic } from '../http/kit.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import { LIST_TTL_SECONDS, PURPOSES } from './status-list.ts';
import { newestVersion } from './store.ts';

export function statusListRoutes(world: World): Router {
  const router = new Router();
  router.get('/status-lists/:id', async ctx => {
    const [, word, number] = /^([a-z]+)-([1-9]\d{0,3})$/.exec(ctx.params['id'] ?? '') ?? [];
    const purpose = PURPOSES.find(each => each === word);
    const found = purpose && (await newestVersion(world.db, Number(number), purpose));
    if (!found) throw new DomainError('NOT_FOUND', '没有这个状态列表。');
    ctx.vary('Accept');
    const enveloped = ctx.accepts(['application/vc+jwt', 'application/json']) === 'application/json';
    const body = enveloped ? JSON.stringify(envelope(found.jwt)) : found.jwt;
    answerPublic(ctx, {
      body,
      type: enveloped ? 'application/json; charset=utf-8' : 'application/vc+jwt',
      maxAgeSeconds: LIST_TTL_SECONDS,
    });
  });
  return router;
}

/** VC Data Model 2.0 §4.12.1. */
function envelope(jwt: string): object {
  return {
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    type: 'EnvelopedVerifiableCredential',
    id: `data:application/vc+jwt,${jwt}`,
  };
}
