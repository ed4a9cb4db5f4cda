/** A client says where it wants to be told, changes its secret, or wants to be told nothing more. One target per client. */
import { takeTries } from '../../accounts/sign-in/limit.ts';
import { record } from '../../audit/record.ts';
import type { ClientAct } from '../../clients/client.ts';
import { inTransaction } from '../../db/tx.ts';
import { DomainError } from '../../shared/errors.ts';
import type { World } from '../../world.ts';
import { resolveByNetwork, type Resolve } from '../delivery/resolve.ts';
import { areAllowed } from '../delivery/send.ts';
import { lockStream, unsend } from '../events/store.ts';
import { restLanes, wakeLanes } from '../subscriptions/store.ts';
import { newSecret } from './secret.ts';
import { deleteTarget, findTarget, saveTarget, type Target } from './store.ts';
import { urlFault } from './url.ts';

/** So long both secrets sign, that a receiver can change at its leisure. */
export const OLD_SECRET_SECONDS = 24 * 3600;
const RESOLVE_MS = 5000;
/** Each asks a name service of the client's choice. */
const SETTINGS = { kind: 'webhook-target', most: 60, seconds: 3600 } as const;

export interface SetTarget {
  readonly target: Target;
  /** True when its secret is new and must be shown now or never. */
  readonly isNew: boolean;
}

/**
 * The client is told at that URL from now on, and what waits for it is tried at once. A change of URL keeps the secret.
 * @param wanted.resolve for tests
 * @throws DomainError WEBHOOK_TARGET_REFUSED, TOO_MANY_ATTEMPTS
 */
export async function setTarget(
  world: World,
  act: ClientAct,
  wanted: { url: string; resolve?: Resolve },
): Promise<SetTarget> {
  const { db } = world;
  const clientId = act.client.id;
  await takeTries(world, { at: act.at, tries: [{ limit: SETTINGS, of: clientId }] });
  const url = await demandTarget(world, wanted);
  return inTransaction(db, async tx => {
    await lockStream(tx, db, clientId);
    const before = await findTarget(world, clientId, tx);
    const secrets = before ?? { secret: newSecret(), oldSecret: undefined, oldSecretUntil: undefined };
    const target: Target = { ...secrets, clientId, url: url.href, setAt: act.at, setBy: act.actor };
    await saveTarget(tx, world, target);
    await wakeLanes(tx, db, { clientId, numbers: 'all-due', at: act.at });
    // the path may hold a token of the client's own
    const detail = { host: url.host };
    await record({ tx, db }, act, [{ action: 'webhook.target-set', subject: clientId, detail }]);
    return { target, isNew: before === undefined };
  });
}

/** One sentence whatever a name leads to that is not allowed: nobody learns from it which names our own network knows. */
async function demandTarget(
  { config }: World,
  { url: text, resolve = resolveByNetwork }: { url: string; resolve?: Resolve },
): Promise<URL> {
  const rules = { isPrivateAllowed: config.webhookPrivate };
  const fault = urlFault(text, rules);
  if (fault !== undefined) throw refused(fault);
  const url = new URL(text);
  const addresses = await resolve(url.hostname, RESOLVE_MS);
  if (addresses.length === 0 || !areAllowed(addresses, rules))
    throw refused('这个域名没有解析到公网地址，请核对域名和解析后再试。');
  return url;
}

function refused(detail: string): DomainError {
  return new DomainError('WEBHOOK_TARGET_REFUSED', detail, { pointer: '/url' });
}

/**
 * The client's secret is another from now on; the one before signs too for a day, the one before that no more.
 * @throws DomainError NOT_FOUND without a target
 */
export async function rotateSecret(world: World, act: ClientAct): Promise<Target> {
  const { db } = world;
  const clientId = act.client.id;
  return inTransaction(db, async tx => {
    await lockStream(tx, db, clientId);
    const before = await findTarget(world, clientId, tx);
    if (!before) throw noTarget();
    const oldSecretUntil = act.at + OLD_SECRET_SECONDS;
    const target = { ...before, secret: newSecret(), oldSecret: before.secret, oldSecretUntil };
    await saveTarget(tx, world, target);
    await record({ tx, db }, act, [{ action: 'webhook.secret-rotated', subject: clientId }]);
    return target;
  });
}

/** The client is told nothing more; what waits can be read, and replayed once there is a target again. */
export async function removeTarget(world: World, act: ClientAct): Promise<void> {
  const { db } = world;
  const clientId = act.client.id;
  await inTransaction(db, async tx => {
    await lockStream(tx, db, clientId);
    if (!(await deleteTarget(tx, db, clientId))) return;
    await restLanes(tx, db, clientId);
    await unsend(tx, db, { clientId, at: act.at });
    await record({ tx, db }, act, [{ action: 'webhook.target-removed', subject: clientId }]);
  });
}

export function noTarget(): DomainError {
  return new DomainError('NOT_FOUND', '还没有设定通知地址，请先以 PUT /api/v1/webhook 设定。');
}
