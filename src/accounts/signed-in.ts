/** Who is behind a request: session cookie, same-site proof, and one effect per Idempotency-Key. */
import type { Context } from 'koa';
import { demandWritable } from '../db/write-gate.ts';
import { makeApi, type Operation, type Reply } from '../http/operation.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import { idOfKeyed, runOnce } from './once/once.ts';
import { toActor } from './people/store.ts';
import type { PersonalAct } from './role.ts';
import type { ServiceApi } from './service-api.ts';
import { findLive, signInRequired } from './sessions/own-sessions.ts';
import { csrfTokenOf, isSame, tokenIn } from './sessions/session.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD']);
/** What an account whose initial password still stands may do: see its session, change the password, leave. */
const BEFORE_CHANGE = new Set(['GET /api/session', 'DELETE /api/session', 'POST /api/session/password']);

/** These change nothing of the register: who may read in a restored copy may sign in to it, look, export and have files checked. */
const READING = new Set([
  'POST /api/sign-in/staff',
  'DELETE /api/session',
  'DELETE /api/sessions/:id',
  'POST /api/files/check',
  'POST /api/feedback/receipt',
  'POST /api/applications/search',
  'POST /api/review-sheet',
  'POST /api/staff-certificates/export',
  'POST /api/printed-name',
  'POST /api/rosters/check',
  'POST /api/rosters/annotated',
  'POST /api/exam-rosters/check',
  'POST /api/exam-rosters/annotated',
]);

export function makeServiceApi(world: World): ServiceApi {
  return makeApi<PersonalAct, Act>({
    identify: ctx => identify(world, ctx),
    anonymous: ctx => {
      demandSameSite(world, ctx);
      return { actor: 'public', at: world.clock(), requestId: requestIdOf(ctx) };
    },
    demandWritable: (operation, act) => {
      if (!isReading(operation))
        demandWritable(world.db, 'by' in act && act.by.kind === 'staff' ? 'staff' : 'person');
    },
    once: (ctx, act, run) => once(world, { ctx, act }, run),
  });
}

/** True of what only reads, whatever its method. */
export function isReading({ method, path }: Pick<Operation, 'method' | 'path'>): boolean {
  return method === 'get' || READING.has(`${method.toUpperCase()} ${path}`);
}

/**
 * An id that is the same whenever this person repeats this request under its Idempotency-Key, so that a crash between effect and answer
 * cannot create twice: a creating verb takes it as the new thing's id and, when that thing is there already, answers with it. Without
 * a key it is a new id.
 * @returns 32 hex digits
 */
export function createIdOf(ctx: Pick<Context, 'get' | 'path'>, act: Act, world: Pick<World, 'ids'>): string {
  const key = ctx.get('Idempotency-Key');
  return key === '' ? world.ids() : idOfKeyed({ accountId: act.actor, key }, ctx.path);
}

/** @throws DomainError SIGN_IN_REQUIRED, CSRF_REFUSED, PASSWORD_CHANGE_REQUIRED */
async function identify(world: World, ctx: Context): Promise<PersonalAct> {
  demandSameSite(world, ctx);
  const at = world.clock();
  const token = tokenIn(ctx.get('Cookie'));
  const live = token === undefined ? undefined : await findLive(world, { token, at });
  if (!live) throw signInRequired();
  if (!SAFE_METHODS.has(ctx.method) && !isSame(ctx.get('X-CSRF-Token'), csrfTokenOf(live.token)))
    throw csrfRefused();
  if (live.account.mustChange && !BEFORE_CHANGE.has(`${ctx.method} ${ctx.path}`))
    throw new DomainError('PASSWORD_CHANGE_REQUIRED', '请先修改初始密码，再办理其他事项。');
  const by = await toActor(world.db, live.account);
  return { actor: by.accountId, at, requestId: requestIdOf(ctx), by };
}

/**
 * Fetch Metadata and the Origin header (RFC 6454 §7) tell where a request was made; a page of another site makes none that changes
 * anything. Clients that are no browsers send neither.
 */
function demandSameSite(world: World, ctx: Context): void {
  if (SAFE_METHODS.has(ctx.method)) return;
  const site = ctx.get('Sec-Fetch-Site');
  if (site !== '' && site !== 'same-origin' && site !== 'none') throw csrfRefused();
  const origin = ctx.get('Origin');
  if (origin === '') return;
  const host = URL.canParse(origin) ? new URL(origin).host : undefined;
  const own = [ctx.get('Host').toLowerCase(), new URL(world.config.origin).host];
  if (host === undefined || !own.includes(host)) throw csrfRefused();
}

/** Without a key it simply runs. */
async function once(
  world: World,
  { ctx, act }: { ctx: Context; act: PersonalAct },
  run: () => Promise<Reply>,
): Promise<Reply> {
  const key = ctx.get('Idempotency-Key');
  if (ctx.headers['idempotency-key'] === undefined) return run();
  return runOnce(world, { accountId: act.actor, key, requestHash: requestHashOf(world, ctx) }, run);
}

/** What is asked, as a keyed hash: method, URL and body; of an upload, which is not read yet, its size and media type. */
function requestHashOf({ cipher }: World, ctx: Context): string {
  const body: unknown = ctx.state['body'];
  const type = ctx.get('Content-Type').split(';')[0] ?? '';
  const content = body === undefined ? [ctx.get('Content-Length'), type] : [JSON.stringify(body)];
  return cipher.indexOf(JSON.stringify([ctx.method, ctx.url, ...content]), 'idempotency_keys.request');
}

function requestIdOf(ctx: Context): string {
  const id: unknown = ctx.state['requestId'];
  if (typeof id !== 'string') throw new TypeError('requestIdOf: expected the access log to stand before');
  return id;
}

function csrfRefused(): DomainError {
  return new DomainError('CSRF_REFUSED', '请求不是从本服务的页面发出的，请刷新页面后再试。');
}
