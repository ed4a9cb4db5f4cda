/** What the bureau does to holders' accounts: freezes one whose holder has died, changes a reserved phone that is lost (domain §5.2). */
import { record } from '../../audit/record.ts';
import type { Tx } from '../../db/connect.ts';
import { inTransaction } from '../../db/tx.ts';
import type { Act } from '../../shared/act.ts';
import type { World } from '../../world.ts';
import { demandAllowed, demandPersonId, demandPhone } from '../demand.ts';
import type { PersonId } from '../person-id.ts';
import type { PersonalAct } from '../role.ts';
import { endSessionsOf } from '../sessions/store.ts';
import { addAccount, changeAccount, findHolder, type AccountChange } from './store.ts';

/** Nobody signs in for that person any more; certificates stay as they are. @throws DomainError CONTENT_INVALID; Forbidden */
export async function freezeHolder(
  world: World,
  act: Act | PersonalAct,
  wanted: { idNumber: string; source: string },
): Promise<void> {
  demandAllowed(act, 'holder.freeze');
  const person = demandPersonId(wanted.idNumber, act);
  const change = { state: 'frozen', stateNote: wanted.source } as const;
  await changeHolder(world, act, { person, change, action: 'holder.frozen' });
}

/** Codes for that person go to that phone from now on. @throws DomainError CONTENT_INVALID; Forbidden */
export async function changeHolderPhone(
  world: World,
  act: Act | PersonalAct,
  wanted: { idNumber: string; phone: string; reason: string },
): Promise<void> {
  demandAllowed(act, 'holder.change-phone');
  const person = demandPersonId(wanted.idNumber, act);
  const change = {
    phone: demandPhone(wanted.phone),
    phoneSource: 'bureau',
    stateNote: wanted.reason,
  } as const;
  await changeHolder(world, act, { person, change, action: 'holder.phone-changed' });
}

/** The person's account, made when there is none, is changed and its sessions are over. */
async function changeHolder(
  world: World,
  act: Act,
  { person, change, action }: { person: PersonId; change: AccountChange; action: string },
): Promise<void> {
  const { db } = world;
  await inTransaction(db, async tx => {
    const found = await findHolder(world, person.number, tx);
    const id = found?.id ?? (await added(tx, world, { person, act }));
    // a frozen account keeps the reason why it is
    const kept = found?.state === 'frozen' && change.state === undefined;
    await changeAccount(tx, world, {
      id,
      change: kept ? { ...change, stateNote: found.stateNote } : change,
    });
    const sessionsEnded = await endSessionsOf(tx, db, { accountId: id, at: act.at });
    await record({ tx, db }, act, [{ action, subject: id, detail: { sessionsEnded } }]);
  });
}

async function added(tx: Tx, world: World, { person, act }: { person: PersonId; act: Act }): Promise<string> {
  const id = world.ids();
  await addAccount(tx, world, {
    id,
    kind: 'holder',
    login: undefined,
    name: '',
    idNumber: person.number,
    idType: person.type,
    phone: undefined,
    phoneSource: undefined,
    mustChange: false,
    state: 'active',
    stateNote: undefined,
    createdAt: act.at,
  });
  return id;
}
