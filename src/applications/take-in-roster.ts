/**
 * Route 1 enters here: a committee's roster becomes applications, all rows or none (R9). The same roster sent twice has one
 * effect; rows sent before in another roster of the same month are left as they are; a different claim to a title the
 * person already has is a fault of that row.
 */
import { allOrganisations } from '../accounts/store.ts';
import { record } from '../audit/record.ts';
import { inTransaction, isDuplicate } from '../db/tx.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import { dateAt, isMonth, monthAt, type Month } from '../shared/time.ts';
import type { World } from '../world.ts';
import { courseFrom, type Application } from './application.ts';
import { checkRoster, RosterRowsInvalid } from './roster/check-roster.ts';
import { digestRoster } from './roster/digest-roster.ts';
import type { ReadRoster, RosterFault, RosterRow } from './roster/roster.ts';
import type { RegisteredUnit, UnitRegister } from './roster/findings.ts';
import { addRoster, findRoster } from './roster/store.ts';
import { digestOf, liveKeyOf } from './row.ts';
import { addApplications, liveClaims } from './store.ts';

export interface SentRoster {
  readonly read: ReadRoster;
  readonly month: Month;
  /** True when the certificate's fonts can draw the text. */
  readonly displayable: (text: string) => boolean;
  readonly overrideBefore2020?: string | undefined;
}

export interface TakenRoster {
  readonly rosterId: string;
  /** Rows that became applications now. */
  readonly taken: number;
  /** Rows that stood there already with the same content. */
  readonly known: number;
  /** The live applications that these rows stand for, new or known. */
  readonly applicationIds: readonly string[];
  readonly warnings: readonly RosterFault[];
}

/**
 * Every row of the roster is an application of that month.
 * @throws RosterRowsInvalid (ROSTER_ROWS_INVALID) with every faulty cell; DomainError MONTH_INVALID, MONTH_IN_FUTURE
 */
export async function takeInRoster(world: World, act: Act, sent: SentRoster): Promise<TakenRoster> {
  demandMonth(sent.month, act);
  const { rows, warnings } = checkRoster(sent.read, await contextOf(world, act, sent));
  const digest = digestRoster(rows, sent.month);
  const keys = rows.map(row => liveKeyOf(world.cipher, row));
  const answer = async (rosterId: string, taken: number): Promise<TakenRoster> => {
    const applicationIds = [...(await liveClaims(world.db, keys)).values()].map(claim => claim.id);
    return { rosterId, taken, known: rows.length - taken, applicationIds, warnings };
  };
  const before = await findRoster(world.db, { digest, month: sent.month });
  if (before) return answer(before.id, 0);
  const rosterId = world.ids();
  const all = rows.map(row =>
    toApplication(row, { id: world.ids(), rosterId, month: sent.month, world, act }),
  );
  try {
    const taken = await inTransaction(world.db, async tx => {
      const claims = await liveClaims(world.db, keys, tx);
      const fresh = freshOf(all, { claims, world, lines: sent.read.rows.map(row => row.line) });
      await addRoster(tx, world.db, {
        id: rosterId,
        digest,
        month: sent.month,
        rowsTaken: fresh.length,
        takenAt: act.at,
        actor: act.actor,
      });
      await addApplications(tx, world, fresh);
      const late = fresh.filter(application => application.uploadLate).length;
      await record({ tx, db: world.db }, act, [
        {
          action: 'roster.taken',
          subject: rosterId,
          detail: { month: sent.month, digest, rows: fresh.length, late },
        },
      ]);
      return fresh.length;
    });
    return await answer(rosterId, taken);
  } catch (error) {
    // another process took in the same roster meanwhile: the second sending has no effect of its own
    const after = isDuplicate(error) ? await findRoster(world.db, { digest, month: sent.month }) : undefined;
    if (!after) throw error;
    return answer(after.id, 0);
  }
}

function demandMonth(month: Month, act: Act): void {
  if (!isMonth(month)) throw new DomainError('MONTH_INVALID', '批次月份须写成 2021-07 这样的年月。');
  if (month > monthAt(act.at))
    throw new DomainError('MONTH_IN_FUTURE', `${month} 还未到，不能为它报送名册。`);
}

async function contextOf(
  world: World,
  act: Act,
  sent: SentRoster,
): Promise<Parameters<typeof checkRoster>[1]> {
  const { month, displayable, overrideBefore2020 } = sent;
  return {
    today: dateAt(act.at),
    month,
    policy: world.config.rarityPolicy,
    displayable,
    register: await registerOf(world),
    ...(overrideBefore2020 === undefined ? {} : { overrideBefore2020 }),
  };
}

async function registerOf(world: World): Promise<UnitRegister> {
  const units: readonly RegisteredUnit[] = await allOrganisations(world.db);
  const byName = new Map(units.map(unit => [unit.name, unit]));
  const byCode = new Map(units.map(unit => [unit.code, unit]));
  return { byName: name => byName.get(name), byCode: code => byCode.get(code) };
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

function toApplication(
  row: RosterRow,
  circumstances: { id: string; rosterId: string; month: Month; world: World; act: Act },
): Application {
  const { id, rosterId, month, world, act } = circumstances;
  // the row's pinyin readings are in its printed name; everything else of the row is the application's own
  const { rareCharacters: _readings, ...content } = row;
  return {
    ...content,
    id,
    route: 1,
    subtype: undefined,
    state: 'UPLOADED',
    batchMonth: month,
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
      turn: { kind: 'bureau', organisationId: undefined },
    }),
  };
}
