/**
 * A JSON body read whole: bounded in bytes, time and depth, strict UTF-8, no duplicate members, no half of a surrogate pair. What comes
 * out is a value that `schemas/` may judge. Knows nothing of the shape.
 */
import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { fromUtf8 } from '../shared/bytes.ts';
import { DomainError } from '../shared/errors.ts';
import { parseStrictJson } from '../shared/strict-json.ts';

export interface JsonLimits {
  readonly maxBytes: number;
  /** The whole body must have come by then; 15 s unless given. */
  readonly withinMs?: number;
}

export interface JsonBody {
  /** As it came, for whoever digests it. */
  readonly raw: string;
  readonly value: unknown;
}

/** A few kilobytes come at once; whoever needs longer only holds a place. */
const WITHIN_MS = 15_000;
/** Deepest shape of ours is far below. */
const MAX_DEPTH = 32;

/** What was read of requests that are under way: who digests a body and who reads its JSON are two. */
const READ = new WeakMap<IncomingMessage, Buffer>();

/** The body's bytes as they came; read once, however often it is asked for. @throws DomainError BODY_TOO_LARGE, UPLOAD_INCOMPLETE */
export async function readBody(ctx: Context, limits: JsonLimits): Promise<Uint8Array> {
  const declared = ctx.request.length;
  if (declared !== undefined && declared > limits.maxBytes) throw tooLarge();
  const known = READ.get(ctx.req);
  const body = known ?? (await wholeBody(ctx.req, limits));
  if (body.length > limits.maxBytes) throw tooLarge();
  READ.set(ctx.req, body);
  return body;
}

/**
 * The body as text and value; an empty one is an empty object, for operations whose members are all optional.
 * @throws DomainError BODY_TOO_LARGE, UPLOAD_INCOMPLETE, BAD_REQUEST
 */
export async function readJson(ctx: Context, limits: JsonLimits): Promise<JsonBody> {
  const raw = fromUtf8(await readBody(ctx, limits));
  if (raw === '') return { raw, value: {} };
  const value = raw === undefined ? undefined : parseStrictJson(raw, MAX_DEPTH);
  if (raw === undefined || value === undefined)
    throw new DomainError('BAD_REQUEST', '请求内容不是规范的 JSON，请检查编码、重复的字段和括号。');
  return { raw, value };
}

async function wholeBody(req: IncomingMessage, { maxBytes, withinMs }: JsonLimits): Promise<Buffer> {
  if (req.destroyed) throw incomplete();
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    const settled = (settle: () => void): void => {
      clearTimeout(timer);
      req.off('data', more).off('end', last).off('close', cut).off('error', cut).pause();
      settle();
    };
    const cut = (): void => settled(() => reject(incomplete()));
    const more = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > maxBytes) return settled(() => reject(tooLarge()));
      chunks.push(chunk);
    };
    const last = (): void => settled(() => resolve(Buffer.concat(chunks, length)));
    const timer = setTimeout(cut, withinMs ?? WITHIN_MS);
    req.on('data', more).once('end', last).once('close', cut).once('error', cut);
  });
}

function tooLarge(): DomainError {
  return new DomainError('BODY_TOO_LARGE', '请求内容过大，请缩短后再试。');
}

function incomplete(): DomainError {
  return new DomainError('UPLOAD_INCOMPLETE', '请求内容没有传完，请检查网络后再试。');
}
