/** People as they are shown: masked, with the organisations that they act for. Pure but for looking up those organisations' names. */
import type { Db } from '../../db/connect.ts';
import type { AccountView, GrantView } from '../../shared/shapes/shapes.ts';
import { isoAt } from '../../shared/time.ts';
import type { Organisation } from '../organisation.ts';
import { maskId, maskPhone } from '../person-id.ts';
import { roleOf, type Grant } from '../role.ts';
import { organisationsById } from '../store.ts';
import type { Account } from './account.ts';
import { grantsOf } from './store.ts';

/** These staff accounts as administrators see them. */
export async function toAccountViews(db: Db, accounts: readonly Account[]): Promise<AccountView[]> {
  const grants = await grantsOf(
    db,
    accounts.map(({ id }) => id),
  );
  const held = [...grants.values()].flat();
  const organisations = await organisationsById(
    db,
    held.map(grant => grant.organisationId),
  );
  return accounts.map(account => ({
    id: account.id,
    login: account.login ?? '',
    name: account.name,
    idNumberMasked: maskId(account.idNumber),
    phoneMasked: account.phone === undefined ? '' : maskPhone(account.phone),
    state: account.state,
    stateNote: account.stateNote ?? null,
    mustChangePassword: account.mustChange,
    createdAt: isoAt(account.createdAt),
    grants: toGrantViews(grants.get(account.id) ?? [], organisations),
  }));
}

/** Grants with the names of their organisations; one that gives no role is left out. */
export function toGrantViews(
  grants: readonly Grant[],
  organisations: ReadonlyMap<string, Organisation>,
): GrantView[] {
  return grants.flatMap(grant => {
    const role = roleOf(grant);
    const organisation = organisations.get(grant.organisationId);
    if (role === undefined || organisation === undefined) return [];
    const { id, organisationId, capacity, duty } = grant;
    const { name, code } = organisation;
    return [{ id, organisationId, organisation: name, organisationCode: code, capacity, duty, role }];
  });
}
