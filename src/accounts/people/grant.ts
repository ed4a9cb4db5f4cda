/** What a member of staff acts as: given and taken by administrators, never by oneself (R3: per organisation and capacity). */
import { record } from '../../audit/record.ts';
import type { Db, Tx } from '../../db/connect.ts';
import { inTransaction, isDuplicate } from '../../db/tx.ts';
import type { Act } from '../../shared/act.ts';
import { DomainError } from '../../shared/errors.ts';
import type { World } from '../../world.ts';
import { demandAllowed } from '../demand.ts';
import { normaliseOrganisationCode } from '../organisation-code.ts';
import type { Capacity, Organisation } from '../organisation.ts';
import { Forbidden, roleOf, type Duty, type Grant, type PersonalAct } from '../role.ts';
import { organisationsByCode } from '../store.ts';
import { addGrants, lockStaff, removeGrant } from './store.ts';

export interface WantedGrant {
  readonly organisationCode: string;
  readonly capacity: Capacity;
  readonly duty: Duty;
}

/** The account acts for that organisation. @throws DomainError NOT_FOUND, ORGANISATION_UNKNOWN, REGISTER_INVALID, REGISTER_CONFLICT */
export async function grantDuty(
  world: World,
  act: Act | PersonalAct,
  wanted: { accountId: string; grant: WantedGrant },
): Promise<void> {
  demandAllowed(act, 'accounts.manage');
  demandOther(act, wanted.accountId);

  const { db } = world;
  try {
    await inTransaction(db, async tx => {
      const { id: accountId } = await lockStaff(tx, world, wanted.accountId);
      const added = await resolveGrants(tx, world, [wanted.grant]);
      await addGrants(tx, db, { accountId, added });
      const { capacity, duty } = wanted.grant;
      const detail = { organisationId: added[0]?.organisationId ?? '', capacity, duty };
      await record({ tx, db }, act, [{ action: 'account.granted', subject: accountId, detail }]);
    });
  } catch (error) {
    if (isDuplicate(error)) throw new DomainError('REGISTER_CONFLICT', '该账号已有这项职责，无需再加。');
    throw error;
  }
}

/** The account no longer acts by that grant, from its next request on. @throws DomainError NOT_FOUND */
export async function withdrawDuty(
  world: World,
  act: Act | PersonalAct,
  wanted: { accountId: string; grantId: string },
): Promise<void> {
  demandAllowed(act, 'accounts.manage');
  demandOther(act, wanted.accountId);

  const { db } = world;
  await inTransaction(db, async tx => {
    if (!(await removeGrant(tx, db, wanted)))
      throw new DomainError('NOT_FOUND', '没有这项职责，请核对后再试。');
    const detail = { grantId: wanted.grantId };
    await record({ tx, db }, act, [{ action: 'account.withdrawn', subject: wanted.accountId, detail }]);
  });
}

/** @throws Forbidden when a person does to their own account what another must do */
export function demandOther(act: Act | PersonalAct, accountId: string): void {
  if (act.actor === accountId) throw new Forbidden('不能办理自己的账号，请由另一位管理员办理。');
}

/**
 * The grants meant by these words, with new ids.
 * @throws DomainError ORGANISATION_UNKNOWN, REGISTER_INVALID for a capacity the organisation has not or a duty that does not fit
 */
export async function resolveGrants(
  tx: Tx,
  { db, ids }: { db: Db; ids: () => string },
  wanted: readonly WantedGrant[],
): Promise<readonly Grant[]> {
  const codes = wanted.map(({ organisationCode }) => normaliseOrganisationCode(organisationCode));
  const organisations = await organisationsByCode(db, codes, tx);
  return wanted.map((each, place) => {
    const organisation = organisations.get(codes[place] ?? '');
    if (!organisation)
      throw new DomainError('ORGANISATION_UNKNOWN', '没有登记这个单位，请先登记单位再授予职责。');
    demandFitting(organisation, each);
    return { id: ids(), organisationId: organisation.id, capacity: each.capacity, duty: each.duty };
  });
}

function demandFitting(organisation: Organisation, { capacity, duty }: WantedGrant): void {
  if (!organisation.capacities.includes(capacity))
    throw new DomainError('REGISTER_INVALID', '该单位没有这个身份，请先在单位登记中增加。');
  if (roleOf({ capacity, duty }) === undefined)
    throw new DomainError('REGISTER_INVALID', '这个身份没有这项职责：市局以外的单位只有经办人。');
}
