/**
 * Route 3 enters here: an exam body's roster of passes waits for its holders' applications (R6, R12). All rows or none; a pass that
 * stands already is left as it is, so the same roster sent twice has one effect.
 */
import { demandGrant, type PersonalAct } from '../accounts/role.ts';
import { organisationById } from '../accounts/store.ts';
import { record } from '../audit/record.ts';
import { LEVEL_NAMES } from '../certificate/level.ts';
import { inTransaction, isDuplicate } from '../db/tx.ts';
import { enqueue } from '../messages/enqueue.ts';
import { dateAt, monthAt, type PlainDate } from '../shared/time.ts';
import type { World } from '../world.ts';
import { courseFrom, type Application, type ApplicationContent } from './application.ts';
import { contentFrom } from './content.ts';
import { passKeyOf } from './exam-pass.ts';
import { displayableBy } from './judge-content.ts';
import { plainDate } from './roster/cells.ts';
import { mergedFaults, RosterRowsInvalid } from './roster/check-roster.ts';
import { checkClaim, type Claim } from './roster/claim.ts';
import { EXTERNAL_HEAD, NOTIFIED_HEAD, PINYIN_HEAD } from './roster/columns.ts';
import type { ClaimContext } from './roster/findings.ts';
import type { CellFault, ReadRoster, ReadRow, RosterCells, RosterFault } from './roster/roster.ts';
import { addRoster, type KeptRoster } from './roster/store.ts';
import { addApplications, knownPasses } from './store.ts';

export interface SentPasses {
  /** Read with the heads of an exam roster. */
  readonly read: ReadRoster;
  /** Which of the sender's exam bodies; their only one unless told. */
  readonly examBodyId?: string | undefined;
}

export interface TakenPasses {
  readonly rosterId: string;
  /** Passes that wait for their holders from now on. */
  readonly taken: number;
  /** Passes that stood there already. */
  readonly known: number;
  /** Of all passes on the roster, new or known. */
  readonly applicationIds: readonly string[];
}

/**
 * Every row of the roster waits for its holder's application, who is told by message.
 * @throws Forbidden; RosterRowsInvalid (ROSTER_ROWS_INVALID) with every faulty cell
 */
export async function takeInExamRoster(
  world: World,
  act: PersonalAct,
  sent: SentPasses,
): Promise<TakenPasses> {
  const { examBodyId, passes } = judged(world, act, sent);
  const rosterId = world.ids();
  const all = passes.map(pass => waiting(world, act, { pass, rosterId, examBodyId }));
  const take = async (): Promise<TakenPasses> => takeIn(world, act, { all, rosterId, examBodyId });
  try {
    return await take();
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return take(); // the same roster came twice at once: what the other one took is known now
  }
}

/**
 * How many passes the roster has, and how many of them stand already; nothing is taken in.
 * @throws Forbidden; RosterRowsInvalid (ROSTER_ROWS_INVALID)
 */
export async function checkExamRoster(
  world: World,
  act: PersonalAct,
  sent: SentPasses,
): Promise<{ readonly fresh: number; readonly known: number }> {
  const { examBodyId, passes } = judged(world, act, sent);
  const keys = passes.map(({ claim }) => passKeyOf(world, { ...claim, examBodyId }));
  const known = (await knownPasses(world.db, keys)).size;
  return { fresh: passes.length - known, known };
}

function judged(
  world: World,
  act: PersonalAct,
  sent: SentPasses,
): { examBodyId: string; passes: readonly Pass[] } {
  const { organisationId: examBodyId } = demandGrant(act.by, 'exam-roster.upload', sent.examBodyId);
  const context = {
    today: dateAt(act.at),
    policy: world.config.rarityPolicy,
    displayable: displayableBy(world),
  };
  return { examBodyId, passes: checkPasses(sent.read, context) };
}

async function takeIn(
  world: World,
  act: PersonalAct,
  roster: { all: readonly Application[]; rosterId: string; examBodyId: string },
): Promise<TakenPasses> {
  const { all, rosterId, examBodyId } = roster;
  const by = (await organisationById(world.db, examBodyId))?.name ?? '';
  return inTransaction(world.db, async tx => {
    const keys = all.map(({ passKey = '' }) => passKey);
    const known = await knownPasses(world.db, keys, tx);
    const fresh = all.filter(({ passKey = '' }) => !known.has(passKey));
    const messages = fresh.map(({ phone }) => ({ template: 'passed' as const, phone, values: { by } }));
    await addApplications(tx, world, fresh);
    await enqueue(tx, world, messages);
    const counts = { taken: fresh.length, known: all.length - fresh.length };
    if (fresh.length > 0) await addRoster(tx, world.db, keptRoster(world, act, { ...roster, ...counts }));
    const detail = { examBodyId, ...counts };
    await record({ tx, db: world.db }, act, [{ action: 'exam-roster.taken', subject: rosterId, detail }]);
    const applicationIds = all.map(({ id, passKey = '' }) => known.get(passKey) ?? id);
    return { rosterId, ...counts, applicationIds };
  });
}

/** Recognised by its passes and not by its text: the digest only keeps the table's rows apart. */
function keptRoster(
  { cipher }: World,
  act: PersonalAct,
  {
    rosterId,
    examBodyId,
    taken,
    known,
  }: { rosterId: string; examBodyId: string; taken: number; known: number },
): KeptRoster {
  return {
    id: rosterId,
    digest: cipher.indexOf(rosterId, 'rosters.digest'),
    month: monthAt(act.at),
    takenAt: act.at,
    actor: act.actor,
    organisationId: examBodyId,
    ...{ rowsTaken: taken, rowsKnown: known, rowsLate: 0 },
  };
}

interface Pass {
  readonly claim: Claim;
  readonly content: ApplicationContent;
}

/** @throws RosterRowsInvalid */
function checkPasses(read: ReadRoster, context: ClaimContext): readonly Pass[] {
  const faults: RosterFault[] = [];
  const passes: Pass[] = [];
  const seen = new Map<string, number>();
  for (const row of read.rows) {
    const answer = checkClaim(row.cells, { ...context, route: 3 });
    const own = [
      ...checkOwnCells(row, context.today),
      ...(answer.ok ? repeated(answer.claim, row, seen) : []),
    ];
    const all = mergedFaults(row.faults, [...(answer.ok ? [] : answer.faults), ...own]);
    faults.push(...all.map(fault => ({ line: row.line, ...fault })));
    if (answer.ok) passes.push({ claim: answer.claim, content: contentOfPass(answer.claim, row.cells) });
  }
  if (faults.length > 0) throw new RosterRowsInvalid(faults);
  return passes;
}

/** The notice cannot be before the exam nor after today (R23: it is never the day the title was obtained). */
function checkOwnCells({ cells }: ReadRow, today: PlainDate): readonly CellFault[] {
  const faults: CellFault[] = [];
  const note = (column: CellFault['column'], code: string, detail: string): void => {
    faults.push({ column, code, detail });
  };
  const notified = plainDate(cells[NOTIFIED_HEAD] ?? '', NOTIFIED_HEAD);
  const obtained = plainDate(cells.取得资格时间 ?? '', '取得资格时间');
  if (!notified.ok) note(NOTIFIED_HEAD, notified.fault.code, notified.fault.detail);
  else if (notified.value > today)
    note(NOTIFIED_HEAD, 'NOTIFIED_IN_FUTURE', '通过通知日期晚于今天，请核对。');
  else if (obtained.ok && obtained.value > notified.value)
    note(NOTIFIED_HEAD, 'DATES_OUT_OF_ORDER', '通过通知日期早于考试日期，请核对二者。');
  if (!/^[0-9A-Za-z-]{0,40}$/.test((cells[EXTERNAL_HEAD] ?? '').trim()))
    note(EXTERNAL_HEAD, 'EXTERNAL_NUMBER_FORM', '管理号只有数字、字母和短横，不超过 40 位，请核对。');
  return faults;
}

function repeated(claim: Claim, { line }: ReadRow, seen: Map<string, number>): readonly CellFault[] {
  const key = JSON.stringify([claim.idNumber, claim.seriesCode, claim.qualification]);
  const firstLine = seen.get(key);
  seen.set(key, firstLine ?? line);
  if (firstLine === undefined) return [];
  const detail = `与第 ${firstLine} 行是同一人的同一资格，请删去重复的一行。`;
  return [{ column: '证件号码', code: 'ROW_REPEATED', detail }];
}

/** What the holder finds filled in: the words in their one spelling. */
function contentOfPass(claim: Claim, cells: RosterCells): ApplicationContent {
  const { name, gender, idType, idNumber, phone, series, specialty, level, qualification, obtainedOn } =
    claim;
  return contentFrom({
    ...{ name, gender, idType, idNumber, phone, series, specialty, qualification, obtainedOn },
    level: LEVEL_NAMES[level],
    namePinyin: (cells[PINYIN_HEAD] ?? '').trim(),
    externalNumber: (cells[EXTERNAL_HEAD] ?? '').trim(),
  });
}

function waiting(
  world: World,
  act: PersonalAct,
  { pass, rosterId, examBodyId }: { pass: Pass; rosterId: string; examBodyId: string },
): Application {
  const { rareCharacters: _readings, reviewBody: _typed, ...said } = pass.claim;
  return {
    ...said,
    id: world.ids(),
    route: 3,
    subtype: undefined,
    state: 'AWAITING_APPLICATION',
    batchMonth: undefined,
    rosterId,
    rarityPolicy: world.config.rarityPolicy,
    employer: undefined,
    employerCode: undefined,
    submittingUnit: '',
    reviewBody: '',
    filedOn: undefined,
    uploadedAt: undefined,
    uploadDeadline: undefined,
    uploadLate: false,
    corrects: undefined,
    entrustLetter: undefined,
    externalNumber: pass.content.externalNumber === '' ? undefined : pass.content.externalNumber,
    draft: pass.content,
    passKey: passKeyOf(world, { ...pass.claim, examBodyId }),
    course: courseFrom({
      originator: 'exam-body',
      changedAt: act.at,
      examBodyId,
      turn: { kind: 'holder', organisationId: undefined },
    }),
  };
}
