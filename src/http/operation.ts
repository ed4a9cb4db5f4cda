/**
 * An operation of the HTTP API: what it takes, who may call it and what it answers, said once. The router and the OpenAPI document are
 * both made from it, so the document cannot go stale. Knows no accounts: who is behind a request comes in by `Guards`.
 */
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { DomainError } from '../shared/errors.ts';
import { jsonBody } from './kit.ts';

/** A shape of schemas/: the file's name without `.json` and its generated guard. */
export interface Shape<T> {
  readonly name: string;
  readonly is: (value: unknown) => value is T;
  /** Largest body, such as `64kb`; 8kb unless given. */
  readonly limit?: string;
}

export interface QueryRule {
  readonly description: string;
  /** The whole value must match; told to clients as it is. */
  readonly pattern: string;
  readonly required?: true;
}

export interface Operation<Body = undefined> {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** Path with `:parameters`, beginning with /api/. */
  readonly path: string;
  /** Heading in the document that it stands under. */
  readonly tag: string;
  /** One Chinese phrase. */
  readonly summary: string;
  /** Who may call it and what to know, in Chinese. */
  readonly description?: string;
  readonly body?: Shape<Body>;
  /** A body that is not JSON, which the handler reads itself. */
  readonly upload?: {
    readonly mediaType: string;
    readonly description: string;
    /** Media types under which the file may be the body itself. */
    readonly rawTypes?: readonly string[];
  };
  readonly query?: Readonly<Record<string, QueryRule>>;
  readonly answer: {
    readonly status: 200 | 201 | 202 | 204;
    /** File name in schemas/ without `.json`; absent for other media types and empty answers. */
    readonly shape?: string;
    readonly mediaType?: string;
    readonly description: string;
  };
}

/** What a handler is given. */
export interface Call<Body, A> {
  readonly ctx: Context;
  readonly act: A;
  readonly body: Body;
  readonly params: Readonly<Record<string, string>>;
  /** Only names the operation declares, each once. */
  readonly query: Readonly<Record<string, string | undefined>>;
}

/** What becomes the answer's body: a JSON value, bytes with the operation's media type, or undefined for an empty answer. */
export type Reply = unknown;

export interface Guards<Personal, Anonymous> {
  /** The act of the signed-in person; refuses requests without a session, or forged from another site. */
  readonly identify: (ctx: Context) => Promise<Personal>;
  /** The act of nobody in particular; refuses requests forged from another site. */
  readonly anonymous: (ctx: Context) => Anonymous;
  /** Refuses what would change the register while it must not be changed. */
  readonly demandWritable?: (
    operation: Pick<Operation, 'method' | 'path'>,
    act: Personal | Anonymous,
  ) => void;
  /** Runs once for one Idempotency-Key of one person; a repetition gives the first answer. */
  readonly once: (ctx: Context, act: Personal, run: () => Promise<Reply>) => Promise<Reply>;
}

/** How callers show who they are: people by a session, programs by signing each request (RFC 9421). */
export type Scheme = 'session' | 'signature';

/** An operation as it was registered. */
export type RegisteredOperation = Operation<unknown> & {
  /** False of what everyone may call. */
  readonly signedIn: boolean;
  /** `session` unless told. */
  readonly scheme?: Scheme;
};

export interface Api<Personal, Anonymous> {
  readonly router: Router;
  readonly operations: readonly RegisteredOperation[];
  /** For signed-in people. */
  readonly add: <Body = undefined>(
    operation: Operation<Body>,
    handler: (call: Call<Body, Personal>) => Promise<Reply>,
  ) => void;
  /** For everyone. */
  readonly open: <Body = undefined>(
    operation: Operation<Body>,
    handler: (call: Call<Body, Anonymous>) => Promise<Reply>,
  ) => void;
}

/** Ids as this service makes them, as a pattern for paths and queries. */
export const ID_PATTERN = '[0-9a-f]{32}';
const ID = new RegExp(`^${ID_PATTERN}$`);

export function makeApi<Personal, Anonymous>(
  guards: Guards<Personal, Anonymous>,
  scheme: Scheme = 'session',
): Api<Personal, Anonymous> {
  const router = new Router();
  const operations: RegisteredOperation[] = [];
  const register = (operation: Operation<unknown>, signedIn: boolean, run: Middleware): void => {
    operations.push({ ...operation, signedIn, scheme });
    const { method, path, body } = operation;
    const parse = body ? jsonBody(body.is, body.limit) : [];
    // who is asking comes first: nobody's body is read before
    const first: Middleware = async (ctx, next) => {
      ctx.set('Cache-Control', 'no-store');
      const act = signedIn ? await guards.identify(ctx) : guards.anonymous(ctx);
      guards.demandWritable?.(operation, act);
      ctx.state['act'] = act;
      ctx.state['query'] = readQuery(ctx, operation.query ?? {});
      demandIds(paramsOf(ctx));
      await next();
    };
    router[method](path, first, ...parse, run);
  };
  const callOf = (ctx: Context): Call<unknown, unknown> => ({
    ctx,
    act: ctx.state['act'],
    body: ctx.state['body'],
    params: paramsOf(ctx),
    query: ctx.state['query'] as Record<string, string>,
  });
  return {
    router,
    operations,
    add: (operation, handler) => {
      register(operation as Operation<unknown>, true, async ctx => {
        const call = callOf(ctx) as Parameters<typeof handler>[0]; // the parsers above made it so
        const run = (): Promise<Reply> => handler(call);
        answer(ctx, operation, isRepeatable(operation) ? await guards.once(ctx, call.act, run) : await run());
      });
    },
    open: (operation, handler) => {
      register(operation as Operation<unknown>, false, async ctx => {
        answer(ctx, operation, await handler(callOf(ctx) as Parameters<typeof handler>[0]));
      });
    },
  };
}

function paramsOf(ctx: Context): Readonly<Record<string, string>> {
  return (ctx as Context & { params: Record<string, string> }).params;
}

/** True for parameters that name something by the id this service gave it: `id`, `fileId`. */
export function isIdName(name: string): boolean {
  return name === 'id' || name.endsWith('Id');
}

/** An id is written in one way only: with a blank behind it, it is equal to some databases and unequal to every comparison of ours. */
function demandIds(params: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(params))
    if (isIdName(name) && !ID.test(value)) throw new DomainError('NOT_FOUND', '没有找到，请核对编号后再试。');
}

/** Every POST of signed-in people that answers in JSON takes an Idempotency-Key: one effect, equal answers. */
export function isRepeatable({
  method,
  answer: { mediaType },
}: Pick<Operation, 'method' | 'answer'>): boolean {
  return method === 'post' && mediaType === undefined;
}

function answer(ctx: Context, operation: Pick<Operation, 'answer'>, reply: Reply): void {
  ctx.status = operation.answer.status;
  if (reply === undefined) {
    ctx.status = 204;
    return;
  }
  if (operation.answer.mediaType === undefined) {
    ctx.body = reply;
    return;
  }
  ctx.body = reply instanceof Uint8Array ? Buffer.from(reply) : reply;
  if (operation.answer.mediaType !== '*/*') ctx.type = operation.answer.mediaType;
}

/** The query, every name known and given once, every value by its pattern. @throws DomainError QUERY_INVALID */
function readQuery(
  ctx: Context,
  rules: Readonly<Record<string, QueryRule>>,
): Readonly<Record<string, string>> {
  const read: Record<string, string> = {};
  for (const [name, value] of Object.entries(ctx.query)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (!rule) throw queryInvalid(name, '不认识的查询条件，请去掉。');
    if (typeof value !== 'string') throw queryInvalid(name, '同一查询条件只能写一次。');
    // no value has control characters, and a NUL would end the database's statement early
    if (/\p{Cc}/u.test(value) || !new RegExp(`^(?:${rule.pattern})$`, 'u').test(value))
      throw queryInvalid(name, `格式不对：${rule.description}。`);
    read[name] = value;
  }
  for (const [name, rule] of Object.entries(rules))
    if (rule.required && !(name in read)) throw queryInvalid(name, `必须填写：${rule.description}。`);
  return read;
}

function queryInvalid(name: string, detail: string): DomainError {
  const shown = name.slice(0, 40);
  return new DomainError('QUERY_INVALID', `查询条件 ${shown} 有误：${detail}`, {
    faults: [{ pointer: `/query/${shown}`, code: 'QUERY_INVALID', detail }],
  });
}
