/**
 * The bureau's administrator keeps the registers of who may judge what: filed committees (R4) and employers entitled to appoint (R5).
 * Nothing is deleted: an entry ends, and what it allowed before stays allowed.
 */
import { normaliseOrganisationCode } from '../../accounts/organisation-code.ts';
import type { Capacity, Organisation, Period } from '../../accounts/organisation.ts';
import { demandMay, type PersonalAct } from '../../accounts/role.ts';
import { allOrganisations } from '../../accounts/store.ts';
import { record } from '../../audit/record.ts';
import { LEVELS, type Level } from '../../certificate/level.ts';
import { findSeries } from '../../certificate/titles.ts';
import type { Tx } from '../../db/connect.ts';
import { inTransaction, isDuplicate } from '../../db/tx.ts';
import { DomainError } from '../../shared/errors.ts';
import { dateAt, isDate, type PlainDate } from '../../shared/time.ts';
import type { World } from '../../world.ts';
import {
  APPOINTABLE_BY_DEFAULT,
  type Committee,
  type CommitteeSubtype,
  type Entitlement,
} from './register.ts';
import {
  entitlementsOf,
  findCommittee,
  findEntitlement,
  insertCommittee,
  insertEntitlement,
  setCommitteeEnd,
  setEntitlementEnd,
} from './store.ts';

export interface NewCommittee {
  readonly filingNumber: string;
  readonly name: string;
  readonly organiserCode: string;
  readonly subtype: CommitteeSubtype;
  readonly seriesCodes: readonly string[];
  readonly levels: readonly Level[];
  readonly from: PlainDate;
  readonly to?: PlainDate | undefined;
}

/**
 * The committee stands on the register.
 * @throws Forbidden; DomainError REGISTER_INVALID, ORGANISATION_UNKNOWN, REGISTER_CONFLICT when the filing number is taken
 */
export async function addCommittee(
  world: World,
  act: PersonalAct,
  { organiserCode, ...wanted }: NewCommittee,
): Promise<Committee> {
  demandMay(act.by, 'register.change');
  const period = demandPeriod(wanted);
  const seriesCodes = demandSeries(wanted.seriesCodes, '/seriesCodes', act);
  const organiser = await demandOrganisation(world, organiserCode, 'organiser');
  const levels = ordered(wanted.levels);
  const id = world.ids();
  const committee = { ...wanted, ...period, id, organiserId: organiser.id, seriesCodes, levels };
  const detail = { filingNumber: wanted.filingNumber, organiserId: organiser.id, from: wanted.from };
  try {
    await inTransaction(world.db, async tx => {
      await insertCommittee(tx, world.db, committee);
      await record({ tx, db: world.db }, act, [{ action: 'committee.added', subject: id, detail }]);
    });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    throw new DomainError('REGISTER_CONFLICT', '这个备案文号已登记了评审委员会，请核对文号。', {
      pointer: '/filingNumber',
    });
  }
  return committee;
}

export interface NewEntitlement {
  readonly organisationCode: string;
  readonly seriesCode: string;
  /** R5: C, D and E unless named. */
  readonly levels?: readonly Level[] | undefined;
  readonly document: string;
  readonly from: PlainDate;
  readonly to?: PlainDate | undefined;
}

/**
 * The employer may appoint to these levels of that series.
 * @throws Forbidden; DomainError REGISTER_INVALID, ORGANISATION_UNKNOWN, REGISTER_CONFLICT when the very same is there already
 */
export async function addEntitlement(
  world: World,
  act: PersonalAct,
  { organisationCode, ...wanted }: NewEntitlement,
): Promise<Entitlement> {
  demandMay(act.by, 'register.change');
  const period = demandPeriod(wanted);
  const [seriesCode = ''] = demandSeries([wanted.seriesCode], '/seriesCode', act);
  const { id: organisationId } = await demandOrganisation(world, organisationCode, 'employer');
  const levels = ordered(wanted.levels ?? APPOINTABLE_BY_DEFAULT);
  const { document } = wanted;
  const entitlement = { ...period, id: world.ids(), organisationId, seriesCode, levels, document };
  await inTransaction(world.db, async tx => {
    const held = await entitlementsOf(world.db, organisationId, tx);
    if (held.some(each => sameEntitlement(each, entitlement)))
      throw new DomainError('REGISTER_CONFLICT', '该单位的这项自主聘任资格已登记，请勿重复登记。');
    await insertEntitlement(tx, world.db, entitlement);
    const detail = { organisationId, seriesCode, levels: levels.join(''), from: wanted.from };
    await record({ tx, db: world.db }, act, [
      { action: 'entitlement.added', subject: entitlement.id, detail },
    ]);
  });
  return entitlement;
}

export interface End {
  readonly id: string;
  /** The last day on which it holds. */
  readonly to: PlainDate;
}

/** The committee's validity ends with that day. @throws Forbidden; DomainError NOT_FOUND, REGISTER_INVALID */
export async function endCommittee(world: World, act: PersonalAct, { id, to }: End): Promise<Committee> {
  demandMay(act.by, 'register.change');
  const committee = await findCommittee(world.db, id);
  if (!committee) throw notFound();
  demandPeriod({ from: committee.from, to });
  await ending(world, act, { id, to, action: 'committee.ended', set: setCommitteeEnd });
  return { ...committee, to };
}

/** The entitlement ends with that day. @throws Forbidden; DomainError NOT_FOUND, REGISTER_INVALID */
export async function endEntitlement(world: World, act: PersonalAct, { id, to }: End): Promise<Entitlement> {
  demandMay(act.by, 'register.change');
  const entitlement = await findEntitlement(world.db, id);
  if (!entitlement) throw notFound();
  demandPeriod({ from: entitlement.from, to });
  await ending(world, act, { id, to, action: 'entitlement.ended', set: setEntitlementEnd });
  return { ...entitlement, to };
}

async function ending(
  world: World,
  act: PersonalAct,
  {
    set,
    action,
    ...end
  }: End & { action: string; set: (tx: Tx, db: World['db'], end: End) => Promise<boolean> },
): Promise<void> {
  await inTransaction(world.db, async tx => {
    await set(tx, world.db, end);
    await record({ tx, db: world.db }, act, [{ action, subject: end.id, detail: { to: end.to } }]);
  });
}

function demandPeriod({ from, to }: { from: PlainDate; to?: PlainDate | undefined }): Period {
  if (!isDate(from) || (to !== undefined && (!isDate(to) || to < from)))
    throw new DomainError('REGISTER_INVALID', '起止日期须为真实日期，且止日不早于起日，请改正。', {
      pointer: isDate(from) ? '/to' : '/from',
    });
  return { from, to };
}

/** Codes of series that can be issued today, each once. */
function demandSeries(wanted: readonly string[], pointer: string, act: PersonalAct): readonly string[] {
  const found = wanted.map(each => findSeries(each, dateAt(act.at)));
  if (found.length === 0 || !found.every(series => series?.issuable))
    throw new DomainError('REGISTER_INVALID', '系列代码不在现行职称系列内，请对照系列表改正。', { pointer });
  return [...new Set(found.map(series => series?.code ?? ''))].sort();
}

function ordered(levels: readonly Level[]): readonly Level[] {
  if (levels.length === 0)
    throw new DomainError('REGISTER_INVALID', '至少要写一个层级，请补填。', { pointer: '/levels' });
  return LEVELS.filter(level => levels.includes(level));
}

async function demandOrganisation(world: World, code: string, capacity: Capacity): Promise<Organisation> {
  const wanted = normaliseOrganisationCode(code);
  const organisation = (await allOrganisations(world.db)).find(each => each.code === wanted);
  if (organisation?.capacities.includes(capacity)) return organisation;
  throw new DomainError('ORGANISATION_UNKNOWN', '没有登记该代码的单位，或该单位没有相应身份，请先登记。', {
    pointer: capacity === 'organiser' ? '/organiserCode' : '/organisationCode',
  });
}

function sameEntitlement(one: Entitlement, other: Entitlement): boolean {
  return (
    one.seriesCode === other.seriesCode &&
    one.levels.join('') === other.levels.join('') &&
    one.from === other.from &&
    one.to === other.to
  );
}

function notFound(): DomainError {
  return new DomainError('NOT_FOUND', '没有找到这条登记，请核对后再试。');
}
