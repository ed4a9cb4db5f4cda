/**
 * Which client is behind a request (R35, T26): its signature, its content, and that it comes for the first time. Fails closed, with one
 * code for whatever is wrong and equal work for clients that exist and those that do not; a nonce is spent only by what was signed.
 */
import { generateKeyPairSync } from 'node:crypto';
import type { Context } from 'koa';
import { runOnce } from '../accounts/once/once.ts';
import { inTransaction } from '../db/tx.ts';
import { demandWritable } from '../db/write-gate.ts';
import { readBody } from '../http/json-body.ts';
import { makeApi, type Api, type Reply } from '../http/operation.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import type { ClientPublicKey } from '../shared/shapes/shapes.ts';
import type { Instant } from '../shared/time.ts';
import type { World } from '../world.ts';
import { actorOfClient, type ApiClient, type ClientAct } from './client.ts';
import { algorithmOf, isSignedBy, type Algorithm } from './public-key.ts';
import { isContent, isTimely, readSignature, type SignatureClaims, type SignedHead } from './signature.ts';
import { findClient, spendNonce } from './store.ts';

export type ClientApi = Api<ClientAct, Act>;

/** A hundred credentials with room to spare. */
const MAX_CONTENT_BYTES = 512 * 1024;
/** So long a nonce is remembered after it could last be used: the clocks of several processes may differ. */
const NONCE_MARGIN_SECONDS = 600;

/** The API as API clients see it: each request signed; everyone else acts as `public`. */
export function makeClientApi(world: World): ClientApi {
  const nobody = keysOfNobody();
  return makeApi<ClientAct, Act>(
    {
      identify: ctx => identify(world, ctx, nobody),
      anonymous: ctx => ({ actor: 'public', at: world.clock(), requestId: requestIdOf(ctx) }),
      once: (ctx, act, run) => once(world, { ctx, act }, run),
    },
    'signature',
  );
}

type Decoys = Readonly<Record<Algorithm, ClientPublicKey>>;

/** @throws DomainError READ_ONLY_RESTORED, REQUEST_SIGNATURE_REFUSED, REQUEST_REPLAYED, BODY_TOO_LARGE, UPLOAD_INCOMPLETE */
async function identify(world: World, ctx: Context, nobody: Decoys): Promise<ClientAct> {
  demandWritable(world.db, 'client'); // each request leaves its nonce, and most a record: none goes while nothing may be written
  const at = world.clock();
  const claims = readSignature(headOf(ctx), world.issuer.origin);
  if (!claims || !isTimely(claims, at)) throw signatureRefused();
  const client = await signer(world, claims, nobody);
  if (!client) throw signatureRefused();

  // only now is anything read of what was sent
  const content = await readBody(ctx, { maxBytes: MAX_CONTENT_BYTES });
  if (!isContent(claims, content)) throw signatureRefused();
  if (!(await isFirst(world, { client, claims }))) throw replayed();
  return { actor: actorOfClient(client), at, requestId: requestIdOf(ctx), client };
}

/** The client whose signature it is. An unknown, ended or differently keyed client costs the same verification, by a key of nobody. */
async function signer(world: World, claims: SignatureClaims, nobody: Decoys): Promise<ApiClient | undefined> {
  const found = await findClient(world.db, claims.keyId);
  const client = found?.endedAt === undefined ? found : undefined;
  const fits = client !== undefined && algorithmOf(client.key) === claims.algorithm;
  const isSigned = isSignedBy(fits ? client.key : nobody[claims.algorithm], claims);
  return fits && isSigned ? client : undefined;
}

/** Remembered in the database: a second process, or this one after a restart, knows it too. */
async function isFirst(
  world: World,
  { client, claims }: { client: ApiClient; claims: SignatureClaims },
): Promise<boolean> {
  const endsAt: Instant = claims.created + NONCE_MARGIN_SECONDS;
  return inTransaction(world.db, async tx =>
    spendNonce(tx, world.db, { clientId: client.id, nonce: claims.nonce, endsAt }),
  );
}

function headOf(ctx: Context): SignedHead {
  return {
    method: ctx.method,
    target: ctx.req.url ?? '',
    signatureInput: ctx.get('Signature-Input'),
    signature: ctx.get('Signature'),
    contentDigest: ctx.get('Content-Digest'),
    idempotencyKey: ctx.headers['idempotency-key'] === undefined ? undefined : ctx.get('Idempotency-Key'),
  };
}

/** One effect per Idempotency-Key of a client; the digest says what is asked. */
async function once(
  world: World,
  { ctx, act }: { ctx: Context; act: ClientAct },
  run: () => Promise<Reply>,
): Promise<Reply> {
  if (ctx.headers['idempotency-key'] === undefined) return run();
  const asked = JSON.stringify([ctx.method, ctx.url, ctx.get('Content-Digest')]);
  const requestHash = world.cipher.indexOf(asked, 'idempotency_keys.request');
  return runOnce(world, { accountId: act.actor, key: ctx.get('Idempotency-Key'), requestHash }, run);
}

function keysOfNobody(): Decoys {
  const ed = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
  return {
    ed25519: { kty: 'OKP', crv: 'Ed25519', x: ed.x ?? '' },
    'ecdsa-p256-sha256': { kty: 'EC', crv: 'P-256', x: ec.x ?? '', y: ec.y ?? '' },
  };
}

function requestIdOf(ctx: Context): string {
  const id: unknown = ctx.state['requestId'];
  if (typeof id !== 'string') throw new TypeError('requestIdOf: expected the access log to stand before');
  return id;
}

/** The one answer to whatever is wrong with a signature, and to whoever it is not. */
function signatureRefused(): DomainError {
  return new DomainError(
    'REQUEST_SIGNATURE_REFUSED',
    '请求签名未通过，请核对接入编号、密钥、签名范围、内容摘要和本机时钟（相差不得超过 120 秒）。',
  );
}

function replayed(): DomainError {
  return new DomainError(
    'REQUEST_REPLAYED',
    '这个请求已收到过；重试请换 nonce 重新签名，Idempotency-Key 不变。',
  );
}
