/** The register of organisations: what they are called, by which code, and what they may act as (R3). */
import { record } from '../../audit/record.ts';
import { inTransaction, isDuplicate } from '../../db/tx.ts';
import type { Act } from '../../shared/act.ts';
import { DomainError } from '../../shared/errors.ts';
import type { OrganisationList, OrganisationView } from '../../shared/shapes/shapes.ts';
import type { World } from '../../world.ts';
import { demandAllowed, invalid } from '../demand.ts';
import { checkOrganisationCode } from '../organisation-code.ts';
import type { Capacity, Organisation } from '../organisation.ts';
import { paged, type Page } from '../page.ts';
import { demandMay, type PersonalAct } from '../role.ts';
import {
  addCapacities,
  addOrganisations,
  listOrganisations,
  lockOrganisation,
  organisationById,
} from '../store.ts';

export interface WantedOrganisation {
  readonly name: string;
  readonly code: string;
  readonly capacities: readonly Capacity[];
  /** Made here unless given; when an organisation with this very id is there, it is the answer. */
  readonly id?: string;
}

/** The organisation stands in the register. @throws DomainError REGISTER_INVALID, REGISTER_CONFLICT for a known name or code; Forbidden */
export async function registerOrganisation(
  world: World,
  act: Act | PersonalAct,
  wanted: WantedOrganisation,
): Promise<Organisation> {
  demandAllowed(act, 'register.change');
  const judged = checkOrganisationCode(wanted.code);
  if (!judged.ok) throw invalid('REGISTER_INVALID', '/code', judged.faults);
  const name = wanted.name.trim();
  if (name === '')
    throw new DomainError('REGISTER_INVALID', '单位名称不能为空，请填写全称。', { pointer: '/name' });

  const { db } = world;
  const id = wanted.id ?? world.ids();
  const organisation = { id, name, code: judged.code, capacities: [...new Set(wanted.capacities)] };
  try {
    return await inTransaction(db, async tx => {
      const made = await organisationById(db, id, tx);
      if (made?.code === organisation.code) return made;
      if ((await addOrganisations(tx, db, [organisation])) === 0) throw conflict();
      const detail = { capacities: organisation.capacities.join(' ') };
      await record({ tx, db }, act, [{ action: 'organisation.added', subject: id, detail }]);
      return organisation;
    });
  } catch (error) {
    if (isDuplicate(error)) throw conflict();
    throw error;
  }
}

/** The organisation may act as that too. @throws DomainError NOT_FOUND; Forbidden */
export async function addCapacity(
  world: World,
  act: Act | PersonalAct,
  { organisationId, capacity }: { organisationId: string; capacity: Capacity },
): Promise<Organisation> {
  demandAllowed(act, 'register.change');

  const { db } = world;
  return inTransaction(db, async tx => {
    const organisation = await lockOrganisation(tx, db, organisationId);
    if (!organisation) throw unknown();
    if (organisation.capacities.includes(capacity)) return organisation;
    await addCapacities(tx, db, { id: organisation.id, capacities: [capacity] });
    const fact = { action: 'organisation.capacity-added', subject: organisation.id, detail: { capacity } };
    await record({ tx, db }, act, [fact]);
    return { ...organisation, capacities: [...organisation.capacities, capacity] };
  });
}

/** That organisation as the register has it. @throws DomainError NOT_FOUND; Forbidden */
export async function viewOrganisation(
  world: World,
  act: PersonalAct,
  id: string,
): Promise<OrganisationView> {
  demandMay(act.by, 'register.view');

  const organisation = await organisationById(world.db, id);
  if (!organisation) throw unknown();
  return toOrganisationView(organisation);
}

/** One page of the register. @throws Forbidden */
export async function viewOrganisations(
  world: World,
  act: PersonalAct,
  wanted: {
    capacity?: Capacity | undefined;
    name?: string | undefined;
    code?: string | undefined;
    page: Page;
  },
): Promise<OrganisationList> {
  demandMay(act.by, 'register.view');

  const { page, ...filter } = wanted;
  const rows = await listOrganisations(world.db, { ...filter, after: page.after, limit: page.limit + 1 });
  const { items, next } = paged(rows, page);
  return { organisations: items.map(toOrganisationView), next };
}

export function toOrganisationView({ id, name, code, capacities }: Organisation): OrganisationView {
  return { id, name, code, capacities: [...capacities] };
}

function unknown(): DomainError {
  return new DomainError('NOT_FOUND', '没有这个单位，请核对后再试。');
}

function conflict(): DomainError {
  return new DomainError('REGISTER_CONFLICT', '单位名称或统一社会信用代码已登记，请先查询登记。');
}
