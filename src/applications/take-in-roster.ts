/**
 * Route 1 enters here, sent by a committee's organising unit (upload-roster.ts) or entered by the bureau's operator: a committee's roster becomes applications, all rows or none (R9). The same roster sent twice has one
 * effect; rows sent before in another roster of the same month are left as they are; a different claim to a title the
 * person already has is a fault of that row.
 */
import type { Organisation } from '../accounts/organisation.ts';
import { allOrganisations } from '../accounts/store.ts';
import { openEmployments } from '../accounts/ties/store.ts';
import { record } from '../audit/record.ts';
import { calendarOf } from '../calendar/store.ts';
import type { Tx } from '../db/connect.ts';
import { inTransaction, isDuplicate } from '../db/tx.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import { dateAt, isMonth, monthAt, type Month, type PlainDate } from '../shared/time.ts';
import type { World } from '../world.ts';
import { courseFrom, type Application } from './application.ts';
import type { Committee } from './register/register.ts';
import { checkRoster, RosterRowsInvalid, type CheckedRoster } from './roster/check-roster.ts';
import { digestRoster } from './roster/digest-roster.ts';
import type { ReadRoster, RosterFault, RosterRow } from './roster/roster.ts';
import type { UnitRegister } from './roster/findings.ts';
import { addRoster, findRoster, type KeptRoster } from './roster/store.ts';
import { digestOf, liveKeyOf } from './row.ts';
import { addApplications, liveClaims } from './store.ts';

export interface SentRoster {
  readonly read: ReadRoster;
  readonly month: Month;
  /** True when the certificate's fonts can draw the text. */
  readonly displayable: (text: string) => boolean;
  readonly overrideBefore2020?: string | undefined;
  /** Whose roster it is; only its own committees may stand on it, and the people on it are known to work where it says. */
  readonly organiser?: { readonly id: string; readonly committees: readonly Committee[] } | undefined;
}

export interface TakenRoster {
  readonly rosterId: string;
  /** Rows that became applications now. */
  readonly taken: number;
  /** Rows that stood there already with the same content. */
  readonly known: number;
  /** Rows that came after the fifth working day (R9). */
  readonly late: number;
  /** The live applications that these rows stand for, new or known, in the order of the rows. */
  readonly applicationIds: readonly string[];
  readonly warnings: readonly RosterFault[];
}

/**
 * Every row of the roster is an application of that month.
 * @throws RosterRowsInvalid (ROSTER_ROWS_INVALID) with every faulty cell; DomainError MONTH_INVALID, MONTH_IN_FUTURE
 */
export async function takeInRoster(world: World, act: Act, sent: SentRoster): Promise<TakenRoster> {
  const { rows, warnings, units } = await judged(world, act, sent);
  const digest = digestRoster(world.cipher, rows, sent.month);
  const keys = rows.map(row => liveKeyOf(world.cipher, row));
  const late = rows.filter(row => row.uploadLate).length;
  const answer = async (rosterId: string, taken: number): Promise<TakenRoster> => {
    const claims = await liveClaims(world.db, keys);
    const applicationIds = keys.flatMap(key => claims.get(key)?.id ?? []);
    return { rosterId, taken, known: rows.length - taken, late, applicationIds, warnings };
  };
  const before = await findRoster(world.db, { digest, month: sent.month });
  if (before) return answer(before.id, 0);
  const rosterId = world.ids();
  const all = rows.map(row => toApplication(row, { id: world.ids(), rosterId, sent, world, act, units }));
  try {
    const roster = {
      ...{ id: rosterId, digest, month: sent.month, takenAt: act.at, actor: act.actor },
      organisationId: sent.organiser?.id,
    };
    const taken = await inTransaction(world.db, async tx =>
      takeIn({ tx, world }, act, { sent, roster, all }),
    );
    return await answer(rosterId, taken);
  } catch (error) {
    // another process took in the same roster meanwhile: the second sending has no effect of its own
    const after = isDuplicate(error) ? await findRoster(world.db, { digest, month: sent.month }) : undefined;
    if (!after) throw error;
    return answer(after.id, 0);
  }
}

/**
 * What would become of the roster if it were taken in now; nothing is.
 * @throws RosterRowsInvalid (ROSTER_ROWS_INVALID) with every faulty cell; DomainError MONTH_INVALID, MONTH_IN_FUTURE
 */
export async function judgeRoster(
  world: World,
  act: Act,
  sent: SentRoster,
): Promise<CheckedRoster & { readonly fresh: number }> {
  const { rows, warnings, units } = await judged(world, act, sent);
  const entry = { id: '', rosterId: '', sent, world, act, units };
  const all = rows.map(row => toApplication(row, entry));
  const claims = await liveClaims(
    world.db,
    rows.map(row => liveKeyOf(world.cipher, row)),
  );
  const lines = sent.read.rows.map(({ line }) => line);
  return { rows, warnings, fresh: freshOf(all, { claims, world, lines }).length };
}

async function judged(world: World, act: Act, sent: SentRoster): Promise<CheckedRoster & { units: Units }> {
  demandMonth(sent.month, act);
  const units = unitsIn(await allOrganisations(world.db));
  return { ...checkRoster(sent.read, await contextOf(world, act, { sent, units })), units };
}

/** @returns how many rows were new */
async function takeIn(
  { tx, world }: { tx: Tx; world: World },
  act: Act,
  {
    sent,
    roster,
    all,
  }: {
    sent: SentRoster;
    roster: Omit<KeptRoster, 'rowsTaken' | 'rowsKnown' | 'rowsLate'>;
    all: readonly Application[];
  },
): Promise<number> {
  const keys = all.map(application => liveKeyOf(world.cipher, application));
  const claims = await liveClaims(world.db, keys, tx);
  const fresh = freshOf(all, { claims, world, lines: sent.read.rows.map(row => row.line) });
  const late = fresh.filter(application => application.uploadLate).length;
  const counts = { rowsTaken: fresh.length, rowsKnown: all.length - fresh.length, rowsLate: late };
  await addRoster(tx, world.db, { ...roster, ...counts });
  await addApplications(tx, world, fresh);
  if (sent.organiser) await enterStaff(tx, world, { fresh, from: dateAt(act.at) });
  const detail = { month: roster.month, digest: roster.digest, rows: fresh.length, late };
  await record({ tx, db: world.db }, act, [{ action: 'roster.taken', subject: roster.id, detail }]);
  return fresh.length;
}

/** R34: a registered employer sees its own people. */
async function enterStaff(
  tx: Tx,
  world: World,
  { fresh, from }: { fresh: readonly Application[]; from: PlainDate },
): Promise<void> {
  const employers = [...new Set(fresh.map(({ course }) => course.employerId))].filter(id => id !== undefined);
  // in one order everywhere, so that two rosters never wait for each other
  for (const organisationId of employers.sort()) {
    const people = fresh.filter(({ course }) => course.employerId === organisationId);
    await openEmployments(tx, world, { organisationId, from, people });
  }
}

function demandMonth(month: Month, act: Act): void {
  if (!isMonth(month)) throw new DomainError('MONTH_INVALID', '批次月份须写成 2021-07 这样的年月。');
  if (month > monthAt(act.at))
    throw new DomainError('MONTH_IN_FUTURE', `${month} 还未到，不能为它报送名册。`);
}

interface Units extends UnitRegister {
  readonly byName: (name: string) => Organisation | undefined;
  readonly byCode: (code: string) => Organisation | undefined;
}

function unitsIn(all: readonly Organisation[]): Units {
  const byName = new Map(all.map(unit => [unit.name, unit]));
  const byCode = new Map(all.map(unit => [unit.code, unit]));
  return { byName: name => byName.get(name), byCode: code => byCode.get(code) };
}

async function contextOf(
  world: World,
  act: Act,
  { sent, units }: { sent: SentRoster; units: Units },
): Promise<Parameters<typeof checkRoster>[1]> {
  const { month, displayable, overrideBefore2020, organiser } = sent;
  return {
    today: dateAt(act.at),
    month,
    policy: world.config.rarityPolicy,
    displayable,
    register: units,
    calendar: await calendarOf(world.db),
    ...(organiser ? { committees: organiser.committees } : {}),
    ...(overrideBefore2020 === undefined ? {} : { overrideBefore2020 }),
  };
}

function freshOf(
  all: readonly Application[],
  known: { claims: ReadonlyMap<string, { digest: string }>; world: World; lines: readonly number[] },
): readonly Application[] {
  const faults: RosterFault[] = [];
  const fresh = all.filter((application, place) => {
    const claim = known.claims.get(liveKeyOf(known.world.cipher, application));
    if (claim === undefined) return true;
    if (claim.digest === digestOf(known.world.cipher, application)) return false;
    const detail = '此人已有同系列同名称的有效证书或在办申请，请核对；如需更正请走更正流程。';
    faults.push({ line: known.lines[place] ?? 0, column: '资格名称', code: 'TITLE_HELD', detail });
    return false;
  });
  if (faults.length > 0) throw new RosterRowsInvalid(faults);
  return fresh;
}

interface Entry {
  readonly id: string;
  readonly rosterId: string;
  readonly sent: SentRoster;
  readonly world: World;
  readonly act: Act;
  readonly units: Units;
}

function toApplication(row: RosterRow, { id, rosterId, sent, world, act, units }: Entry): Application {
  // the row's pinyin readings are in its printed name; everything else of the row is the application's own
  const { rareCharacters: _readings, ...content } = row;
  const employer = units.byCode(row.employerCode);
  const submitting = units.byName(row.submittingUnit);
  return {
    ...content,
    id,
    route: 1,
    state: 'UPLOADED',
    batchMonth: sent.month,
    rosterId,
    rarityPolicy: world.config.rarityPolicy,
    uploadedAt: act.at,
    corrects: undefined,
    entrustLetter: undefined,
    externalNumber: undefined,
    draft: undefined,
    passKey: undefined,
    course: courseFrom({
      originator: 'organiser',
      changedAt: act.at,
      submittedAt: act.at,
      employerId: employer?.capacities.includes('employer') ? employer.id : undefined,
      departmentId: submitting && maySubmit(submitting) ? submitting.id : undefined,
      organiserId: sent.organiser?.id,
      turn: { kind: 'bureau', organisationId: undefined },
    }),
  };
}

function maySubmit({ capacities }: Organisation): boolean {
  return capacities.includes('department') || capacities.includes('archive');
}
