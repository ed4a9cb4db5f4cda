/** A session begins: a new token at every sign-in, so none can be planted beforehand. */
import { record } from '../../audit/record.ts';
import type { Tx } from '../../db/connect.ts';
import { toBase64url } from '../../shared/bytes.ts';
import type { Act } from '../../shared/act.ts';
import type { World } from '../../world.ts';
import type { Account } from '../people/account.ts';
import { LIFE_SECONDS, sessionIdOf, TOKEN_BYTES, type Session } from './session.ts';
import { addSession } from './store.ts';

/** Who signed in, with the token that the bearer alone keeps. */
export interface Opened {
  readonly token: string;
  readonly session: Session;
  readonly account: Account;
}

/** The account has one session more, and the audit says so: the last statement of the caller's transaction. */
export async function openSession(
  tx: Tx,
  world: Pick<World, 'db' | 'random'>,
  { account, act, agent }: { account: Account; act: Act; agent: string },
): Promise<Opened> {
  const token = toBase64url(Uint8Array.from({ length: TOKEN_BYTES }, () => world.random(256)));
  const session: Session = {
    id: sessionIdOf(token),
    accountId: account.id,
    createdAt: act.at,
    seenAt: act.at,
    endsAt: act.at + LIFE_SECONDS[account.kind],
    endedAt: undefined,
    agent: [...agent].slice(0, 200).join(''),
  };
  await addSession(tx, world.db, session);
  await record({ tx, db: world.db }, { ...act, actor: account.id }, [
    { action: 'session.opened', subject: account.id, detail: { kind: account.kind } },
  ]);
  return { token, session, account };
}
