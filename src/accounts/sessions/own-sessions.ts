/**
 * A person and their own sessions: the one they are in, all of them, and ending them. One's own session needs no permission: whoever
 * lost every grant must still be able to leave.
 */
import { record } from '../../audit/record.ts';
import { inSideTransaction } from '../../db/tx.ts';
import { DomainError } from '../../shared/errors.ts';
import type { SessionList, SessionView } from '../../shared/shapes/shapes.ts';
import { isoAt, type Instant } from '../../shared/time.ts';
import type { World } from '../../world.ts';
import { findAccount, grantsOf } from '../people/store.ts';
import { toGrantViews } from '../people/view.ts';
import { maskId, maskPhone } from '../person-id.ts';
import type { PersonalAct } from '../role.ts';
import { organisationsById } from '../store.ts';
import type { Opened } from './open-session.ts';
import { csrfTokenOf, isLive, publicIdOf, SEEN_EVERY_SECONDS, sessionIdOf } from './session.ts';
import { endSession, findSession, sessionsOf, touchSession } from './store.ts';

/** The live session of that token with its account, which may still sign in; seen now, to the minute. */
export async function findLive(
  world: World,
  { token, at }: { token: string; at: Instant },
): Promise<Opened | undefined> {
  const session = await findSession(world.db, sessionIdOf(token));
  if (!session || !isLive(session, at)) return undefined;
  const account = await findAccount(world, session.accountId);
  if (account?.state !== 'active') return undefined;
  if (at >= session.seenAt + SEEN_EVERY_SECONDS)
    await inSideTransaction(world.db, async tx => touchSession(tx, world.db, { id: session.id, at }));
  return { token, session, account };
}

/** The session as its bearer sees it. */
export async function toSessionView(world: World, opened: Opened): Promise<SessionView> {
  const { token, session, account } = opened;
  const grants = (await grantsOf(world.db, [account.id])).get(account.id) ?? [];
  const organisations = await organisationsById(
    world.db,
    grants.map(grant => grant.organisationId),
  );
  return {
    account: {
      id: account.id,
      kind: account.kind,
      name: account.name,
      idNumberMasked: maskId(account.idNumber),
      phoneMasked: account.phone === undefined ? '' : maskPhone(account.phone),
    },
    grants: toGrantViews(grants, organisations),
    csrfToken: csrfTokenOf(token),
    endsAt: isoAt(session.endsAt),
    mustChangePassword: account.mustChange,
  };
}

/** The session of that token. @throws DomainError SIGN_IN_REQUIRED when it has just ended */
export async function currentSession(world: World, act: PersonalAct, token: string): Promise<SessionView> {
  const live = await findLive(world, { token, at: act.at });
  if (!live) throw signInRequired();
  return toSessionView(world, live);
}

/** All sessions in which this person is signed in, newest first. */
export async function listOwnSessions(world: World, act: PersonalAct, token: string): Promise<SessionList> {
  const own = await sessionsOf(world.db, { accountId: act.by.accountId, at: act.at });
  const live = own.filter(session => isLive(session, act.at));
  return {
    sessions: live.map(session => ({
      id: publicIdOf(session.id),
      current: session.id === sessionIdOf(token),
      agent: session.agent,
      createdAt: isoAt(session.createdAt),
      seenAt: isoAt(session.seenAt),
      endsAt: isoAt(session.endsAt),
    })),
  };
}

/** The session of that token is over. */
export async function signOut(world: World, act: PersonalAct, token: string): Promise<void> {
  await end(world, act, sessionIdOf(token));
}

/** That session of one's own is over. @throws DomainError NOT_FOUND for one that is not one's own, or is over already */
export async function endOwnSession(world: World, act: PersonalAct, publicId: string): Promise<void> {
  const own = await sessionsOf(world.db, { accountId: act.by.accountId, at: act.at });
  const session = own.find(({ id }) => publicIdOf(id) === publicId);
  if (!session || !(await end(world, act, session.id)))
    throw new DomainError('NOT_FOUND', '没有这个登录，可能已经退出。');
}

export function signInRequired(): DomainError {
  return new DomainError('SIGN_IN_REQUIRED', '请先登录；如已登录过，登录已结束，请重新登录。');
}

async function end(world: World, act: PersonalAct, id: string): Promise<boolean> {
  const { db } = world;
  return inSideTransaction(db, async tx => {
    if (!(await endSession(tx, db, { id, at: act.at }))) return false;
    await record({ tx, db }, act, [
      { action: 'session.ended', subject: act.by.accountId, detail: { count: 1 } },
    ]);
    return true;
  });
}
