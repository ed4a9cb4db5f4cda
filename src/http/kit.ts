/** Small parts that routes are made of: request id and access log, host check, headers, public documents with ETag, JSON bodies. */
import { createHash } from 'node:crypto';
import { constants } from 'node:zlib';
import type { Context, Middleware, Next } from 'koa';
import compress from 'koa-compress';
import helmet from 'koa-helmet';
import type { Logger } from 'pino';
import { DomainError, type PlacedFault } from '../shared/errors.ts';
import { readJson } from './json-body.ts';

/** Logs method, route and outcome; never query, body, address or anything of a person. */
export function accessLog(log: Logger, ids: () => string): Middleware {
  return async (ctx: Context, next: Next) => {
    const requestId = ids();
    const since = performance.now();
    ctx.state['requestId'] = requestId;
    ctx.set('X-Request-Id', requestId);
    await next();
    const route = (ctx as Context & { _matchedRoute?: unknown })._matchedRoute;
    const ms = Math.round(performance.now() - since);
    log.info(
      {
        requestId,
        method: ctx.method,
        route: typeof route === 'string' ? route : 'none',
        status: ctx.status,
        ms,
      },
      'request',
    );
  };
}

/** Security headers; scripts and wasm only from ourselves, nothing inline, never framed. */
export function securityHeaders(): Middleware {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        workerSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginResourcePolicy: false,
    // for browsers that cannot run our pages, or default anyway: each would go with every file of a first load
    xDownloadOptions: false,
    xXssProtection: false,
    xDnsPrefetchControl: false,
  }) as unknown as Middleware;
}

/** A tenth smaller than koa-compress’s 4, for a third of a millisecond more: every verifier fetches the trust document. */
const BROTLI_QUALITY = 5;

/**
 * Compresses what is worth it. To whoever accepts no coding at all, not even none, it is sent as it is (RFC 9110 §12.5.3): for them
 * koa-compress has no answer.
 */
export function compressed(): Middleware {
  const br = { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } };
  const compression = compress({ threshold: 1024, br }) as unknown as Middleware;
  return async (ctx, next) => {
    if (ctx.acceptsEncodings('zstd', 'br', 'gzip', 'deflate', 'identity') === false)
      delete ctx.req.headers['accept-encoding'];
    await compression(ctx, next);
  };
}

/** Answers a public document: CORS for everyone, ETag, and 304 when the reader has it already. */
export function answerPublic(
  ctx: Context,
  answer: { body: string; type: string; maxAgeSeconds: number; immutable?: boolean },
): void {
  ctx.set('Access-Control-Allow-Origin', '*');
  ctx.set(
    'Cache-Control',
    `public, max-age=${answer.maxAgeSeconds}${answer.immutable === true ? ', immutable' : ''}`,
  );
  const tag = `"${createHash('sha256').update(answer.body).digest('base64url').slice(0, 27)}"`;
  ctx.set('ETag', tag);
  // compared here, not by ctx.fresh: that ignores the condition where a client also says no-cache, as Node's fetch does
  const known = ctx
    .get('If-None-Match')
    .split(',')
    .map(each => each.trim().replace(/^W\//, ''));
  if (known.includes(tag)) {
    ctx.status = 304;
    return;
  }
  ctx.body = answer.body;
  ctx.set('Content-Type', answer.type);
}

/**
 * The JSON body, at most `limit`, checked by its schema, in `ctx.state.body`; as it came in `ctx.request.rawBody`.
 * @throws DomainError BODY_INVALID, BODY_TOO_LARGE, BAD_REQUEST, UPLOAD_INCOMPLETE, UNSUPPORTED_MEDIA_TYPE
 */
export function jsonBody<T>(isShape: (value: unknown) => value is T, limit = '8kb'): Middleware[] {
  const maxBytes = bytesOf(limit);
  const check: Middleware = async (ctx, next) => {
    const { raw, value } = await readJson(ctx, { maxBytes });
    Object.assign(ctx.request, { rawBody: raw });
    if (!isShape(value)) {
      throw new DomainError('BODY_INVALID', '请求内容不符合格式，请对照接口说明检查字段。', {
        faults: shapeFaults(isShape),
      });
    }
    ctx.state['body'] = value;
    await next();
  };
  return [demandPlainJson, check];
}

/** Of a size such as `64kb`. */
function bytesOf(limit: string): number {
  const [, kilobytes] = /^(\d{1,5})kb$/.exec(limit) ?? [];
  if (kilobytes === undefined) throw new RangeError(`jsonBody: expected a limit such as 64kb, got ${limit}`);
  return Number(kilobytes) * 1024;
}

/** JSON as it is: a few kilobytes need no compression, and what does not unpack would be no fault of ours. */
const demandPlainJson: Middleware = async (ctx, next) => {
  if (!ctx.is('application/json'))
    throw new DomainError('UNSUPPORTED_MEDIA_TYPE', '请以 application/json 发送。');
  if (!['', 'identity'].includes(ctx.get('Content-Encoding').toLowerCase()))
    throw new DomainError('UNSUPPORTED_MEDIA_TYPE', '请不要压缩请求内容，直接以 application/json 发送。');
  await next();
};

interface ShapeError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** What a generated validator found, in Chinese, by JSON Pointer. */
function shapeFaults(isShape: unknown): readonly PlacedFault[] {
  const { errors } = isShape as { errors?: readonly ShapeError[] | null }; // Ajv leaves them on the function
  return (errors ?? []).map(({ instancePath, keyword, params }) => {
    const property = params['missingProperty'] ?? params['additionalProperty'];
    const name = typeof property === 'string' ? `/${property.replace(/~/g, '~0').replace(/\//g, '~1')}` : '';
    return {
      pointer: instancePath + name,
      code: keyword.toUpperCase(),
      detail: SHAPE_WORDS[keyword] ?? '内容不符合格式。',
    };
  });
}

const SHAPE_WORDS: Readonly<Record<string, string>> = {
  required: '缺少这个字段。',
  additionalProperties: '不认识的字段，请去掉。',
  type: '类型不对。',
  pattern: '格式不对。',
  enum: '不在可选值之内。',
  const: '不是所要求的值。',
  minItems: '项数太少。',
  maxItems: '项数太多。',
  minimum: '数值太小。',
  maximum: '数值太大。',
};
