/**
 * Table `applications` as the bureau's month asks of it: counts by month, what is due, in which order it is looked at. Reads only, and
 * only columns that are in clear.
 */
import { QueryTypes } from 'sequelize';
import type { Db, Tx } from '../../db/connect.ts';
import type { Instant, Month } from '../../shared/time.ts';
import type { ApplicationState } from '../application.ts';

export interface StateCount {
  readonly state: ApplicationState;
  /** False once it is planned for signing, or finished. */
  readonly isBureausTurn: boolean;
  readonly rejectProposed: boolean;
  readonly count: number;
  readonly carriedOver: number;
}

/** How many applications of that month stand where. */
export async function countsOfMonth(db: Db, month: Month): Promise<readonly StateCount[]> {
  const rows = await select<{
    state: string;
    kind: string | null;
    proposed: number;
    n: number;
    carried: number;
  }>(
    db,
    `SELECT state, turn_kind AS kind, reject_proposed AS proposed, COUNT(*) AS n,
       SUM(CASE WHEN carried_from IS NULL THEN 0 ELSE 1 END) AS carried
     FROM applications WHERE batch_month = :month GROUP BY state, turn_kind, reject_proposed`,
    { month },
  );
  return rows.map(row => ({
    state: row.state as ApplicationState, // written by the applications' own store only
    isBureausTurn: row.kind === 'bureau',
    rejectProposed: Boolean(row.proposed),
    count: Number(row.n),
    carriedOver: Number(row.carried),
  }));
}

/** Every month that ever had applications, newest first, with how many stand in each state. */
export async function countsByMonth(
  db: Db,
): Promise<readonly { readonly month: Month; readonly state: ApplicationState; readonly count: number }[]> {
  const rows = await select<{ month: string; state: string; n: number }>(
    db,
    `SELECT batch_month AS month, state, COUNT(*) AS n FROM applications
     WHERE batch_month IS NOT NULL GROUP BY batch_month, state ORDER BY batch_month DESC`,
    {},
  );
  return rows.map(row => ({
    month: row.month,
    state: row.state as ApplicationState,
    count: Number(row.n),
  }));
}

/** What one uploader sent for a month by one route, and how far the bureau is with it. */
export interface UploaderCount {
  readonly route: number;
  /** The organisation that uploaded; undefined for the bureau's own corrections. */
  readonly organisationId: string | undefined;
  readonly uploaded: number;
  readonly late: number;
  readonly carriedOver: number;
  readonly unchecked: number;
  readonly issued: number;
}

/** What was uploaded for that month and is the bureau's still or issued, by route and uploader. */
export async function uploadersOfMonth(db: Db, month: Month): Promise<readonly UploaderCount[]> {
  const rows = await select<
    Record<'route' | 'uploaded' | 'late' | 'carried' | 'unchecked' | 'issued', number> & {
      uploader: string | null;
    }
  >(
    db,
    `SELECT route, COALESCE(organiser_id, exam_body_id, department_id) AS uploader, COUNT(*) AS uploaded,
       SUM(CASE WHEN upload_late = 1 THEN 1 ELSE 0 END) AS late,
       SUM(CASE WHEN carried_from IS NULL THEN 0 ELSE 1 END) AS carried,
       SUM(CASE WHEN state = 'UPLOADED' THEN 1 ELSE 0 END) AS unchecked,
       SUM(CASE WHEN state = 'GENERATED' THEN 1 ELSE 0 END) AS issued
     FROM applications WHERE batch_month = :month AND state IN ('UPLOADED', 'BUREAU_CHECK', 'GENERATED')
     GROUP BY route, COALESCE(organiser_id, exam_body_id, department_id) ORDER BY route, uploaded DESC`,
    { month },
  );
  return rows.map(row => ({
    route: Number(row.route),
    organisationId: row.uploader ?? undefined,
    uploaded: Number(row.uploaded),
    late: Number(row.late),
    carriedOver: Number(row.carried),
    unchecked: Number(row.unchecked),
    issued: Number(row.issued),
  }));
}

export interface WayCount {
  readonly month: Month;
  readonly route: number;
  readonly subtype: string | undefined;
  readonly issued: number;
  readonly late: number;
}

/** What was issued in those months, both included, by route and kind of committee; corrections are left out. */
export async function issuedByWay(
  db: Db,
  period: { readonly from: Month; readonly to: Month },
): Promise<readonly WayCount[]> {
  const rows = await select<{
    month: string;
    route: number;
    subtype: string | null;
    n: number;
    late: number;
  }>(
    db,
    `SELECT batch_month AS month, route, subtype, COUNT(*) AS n, SUM(CASE WHEN upload_late = 1 THEN 1 ELSE 0 END) AS late
     FROM applications WHERE batch_month >= :from AND batch_month <= :to AND state = 'GENERATED' AND corrects_number IS NULL
     GROUP BY batch_month, route, subtype ORDER BY batch_month`,
    period,
  );
  return rows.map(({ month, route, subtype, n, late }) => ({
    month,
    route,
    subtype: subtype ?? undefined,
    issued: Number(n),
    late: Number(late),
  }));
}

export const BATCH_PARTS = ['unchecked', 'checked', 'proposed', 'planned', 'issued'] as const;
/** Where an item of a month stands: waiting for the check, for the approval, for a decision to reject, for signing, or done. */
export type BatchPart = (typeof BATCH_PARTS)[number];

const PARTS: Readonly<Record<BatchPart, string>> = {
  unchecked: "a.state = 'UPLOADED' AND a.turn_kind = 'bureau'",
  checked: "a.state = 'BUREAU_CHECK' AND a.turn_kind = 'bureau' AND a.reject_proposed = 0",
  proposed: "a.state = 'BUREAU_CHECK' AND a.turn_kind = 'bureau' AND a.reject_proposed = 1",
  planned: "a.state = 'BUREAU_CHECK' AND a.turn_kind IS NULL",
  issued: "a.state = 'GENERATED'",
};

/** What deserves a second look without reading the content: late, rare characters, carried over, came back, another specialty held. */
const FLAGGED = `a.upload_late = 1 OR a.printed_name <> a.name OR a.carried_from IS NOT NULL OR a.round > 1
  OR a.reject_proposed = 1 OR a.reason IS NOT NULL
  OR EXISTS (SELECT 1 FROM applications o WHERE o.id_number_index = a.id_number_index AND o.id <> a.id
    AND o.live_key IS NOT NULL AND o.series_code = a.series_code AND o.level = a.level AND o.specialty <> a.specialty)`;

/** Place of an item in the order of looking: flagged ones come first. */
export interface LookingPlace {
  /** 0 when it deserves a second look, 1 otherwise. */
  readonly weight: number;
  readonly id: string;
}

/** Up to `limit` items of that part of the month after that place, flagged ones first. */
export async function itemsToLookAt(
  db: Db,
  wanted: { month: Month; part: BatchPart; after: LookingPlace | undefined; limit: number },
): Promise<readonly LookingPlace[]> {
  const { month, part, limit } = wanted;
  const { weight, id } = wanted.after ?? { weight: -1, id: '' };
  const rows = await select<LookingPlace>(
    db,
    `SELECT id, weight FROM (
       SELECT a.id AS id, CASE WHEN ${FLAGGED} THEN 0 ELSE 1 END AS weight
       FROM applications a WHERE a.batch_month = :month AND ${PARTS[part]}) AS found
     WHERE weight > :weight OR (weight = :weight AND id > :id) ORDER BY weight, id LIMIT :limit`,
    { month, weight, id, limit },
  );
  return rows.map(row => ({ id: row.id, weight: Number(row.weight) }));
}

const OVERDUE =
  "state IN ('UPLOADED', 'BUREAU_CHECK') AND turn_kind = 'bureau' AND uploaded_at < :uploadedBefore";

/** Months before that one of which the bureau still has items that it got before that instant (R16). */
export async function overdueMonths(
  db: Db,
  wanted: { before: Month; uploadedBefore: Instant },
): Promise<readonly Month[]> {
  const rows = await select<{ month: string }>(
    db,
    `SELECT DISTINCT batch_month AS month FROM applications WHERE batch_month < :before AND ${OVERDUE} ORDER BY month`,
    wanted,
  );
  return rows.map(row => row.month);
}

/** Ids of that month's items that the bureau got before that instant and still has, in order of id. */
export async function overdueItems(
  tx: Tx,
  db: Db,
  wanted: { month: Month; uploadedBefore: Instant },
): Promise<readonly string[]> {
  const rows = await db.sequelize.query<{ id: string }>(
    `SELECT id FROM applications WHERE batch_month = :month AND ${OVERDUE} ORDER BY id`,
    { replacements: wanted, type: QueryTypes.SELECT, transaction: tx },
  );
  return rows.map(row => row.id);
}

/** Up to `limit` signed applications after that id, with what fsck compares. */
export async function generatedAfter(
  db: Db,
  id: string,
  limit: number,
): Promise<readonly { readonly id: string; readonly checkedBy: string | null }[]> {
  return select(
    db,
    `SELECT id, checked_by AS checkedBy FROM applications WHERE state = 'GENERATED' AND id > :id ORDER BY id LIMIT :limit`,
    { id, limit },
  );
}

/** A live title of a person, with what decides whether it is another specialty of one level, or under another name. */
export interface HeldTitle {
  readonly id: string;
  readonly personIndex: string;
  readonly name: string;
  readonly seriesCode: string;
  readonly level: string;
  readonly specialty: string;
}

/** The live claims of these people, by the keyed index of their ID numbers. */
export async function titlesHeldBy(db: Db, personIndexes: readonly string[]): Promise<readonly HeldTitle[]> {
  if (personIndexes.length === 0) return [];
  return select<HeldTitle>(
    db,
    `SELECT id, id_number_index AS personIndex, name, series_code AS seriesCode, level, specialty
     FROM applications WHERE id_number_index IN (:personIndexes) AND live_key IS NOT NULL`,
    { personIndexes },
  );
}

/** The corrections of these numbers, under way or done, whatever their version; the caller holds the certificates' locks. */
export async function correctionsOf(
  db: Db,
  numbers: readonly string[],
): Promise<readonly { readonly number: string; readonly version: number; readonly month: Month }[]> {
  if (numbers.length === 0) return [];
  return select(
    db,
    `SELECT corrects_number AS number, corrects_version AS version, batch_month AS month
     FROM applications WHERE corrects_number IN (:numbers) AND batch_month IS NOT NULL`,
    { numbers },
  );
}

async function select<Row extends object>(
  db: Db,
  sql: string,
  replacements: Record<string, unknown>,
): Promise<Row[]> {
  return db.sequelize.query<Row>(sql, { replacements, type: QueryTypes.SELECT });
}
