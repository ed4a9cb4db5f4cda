/**
 * The roster (名册) by which a committee's organising unit uploads a filed review result (R9): its rows once checked, what
 * can be wrong with a cell, and its canonical text. Pure; reading and writing files are verbs beside this noun.
 */
import type { Gender, IdType } from '../../accounts/person-id.ts';
import type { Level } from '../../certificate/level.ts';
import type { RareCharacter } from '../../certificate/rarity.ts';
import type { Fault } from '../../shared/fault.ts';
import type { Month, PlainDate } from '../../shared/time.ts';
import type { CommitteeSubtype } from '../register/register.ts';
import type { RosterHead } from './columns.ts';

/** One result of a review, every rule on it passed. */
export interface RosterRow {
  readonly name: string;
  /** The name as printed, rare characters in pinyin (R26). */
  readonly printedName: string;
  readonly rareCharacters: readonly RareCharacter[];
  readonly gender: Gender;
  readonly idType: IdType;
  readonly idNumber: string;
  readonly phone: string;
  readonly employer: string;
  readonly employerCode: string;
  readonly submittingUnit: string;
  readonly seriesCode: string;
  readonly series: string;
  readonly specialty: string;
  readonly level: Level;
  /** The title, 资格名称. */
  readonly qualification: string;
  readonly reviewBody: string;
  /** The committee's kind by the register, when it was asked (R8). */
  readonly subtype: CommitteeSubtype | undefined;
  /** 取得资格时间: the day the committee passed it (R23). */
  readonly obtainedOn: PlainDate;
  /** 核准备案日期: the day the bureau approved and filed the result. */
  readonly filedOn: PlainDate;
  /** Last day of the five working days after filing (R9). */
  readonly uploadDeadline: PlainDate;
  readonly uploadLate: boolean;
}

/** What is wrong with, or worth a second look at, one cell. */
export interface CellFault extends Fault {
  readonly column: RosterHead;
}

/** The same with its place in the file: the row number as the person's own software shows it. */
export interface RosterFault extends CellFault {
  readonly line: number;
}

/** Raw text by head; an absent or blank cell is missing. */
export type RosterCells = Readonly<Partial<Record<RosterHead, string>>>;

export interface ReadRow {
  readonly line: number;
  readonly cells: RosterCells;
  /** What reading alone found wrong: formulas, rounded numbers, cells without a head. */
  readonly faults: readonly CellFault[];
}

export type RosterFormat = 'xlsx' | 'csv' | 'json';
export type RosterEncoding = 'utf-8' | 'utf-8-bom' | 'gb18030';
export type Delimiter = ',' | ';' | '\t';

/** A roster file as read: enough to write the same file back. */
export interface ReadRoster {
  readonly format: RosterFormat;
  readonly encoding: RosterEncoding;
  readonly delimiter: Delimiter;
  /** In the file's own order. */
  readonly heads: readonly RosterHead[];
  readonly rows: readonly ReadRow[];
}

/** Most rows of one roster. */
export const MAX_ROSTER_ROWS = 10_000;

/**
 * One text for one roster and month: equal for the same results in another row order, column order or file format, and on
 * another day. Whatever follows from the day of upload (deadline, lateness) is left out.
 */
export function canonicalRoster(rows: readonly RosterRow[], month: Month): string {
  const lines = rows.map(row =>
    JSON.stringify([
      row.idType,
      row.idNumber,
      row.name,
      row.printedName,
      row.gender,
      row.phone,
      row.employer,
      row.employerCode,
      row.submittingUnit,
      row.seriesCode,
      row.specialty,
      row.level,
      row.qualification,
      row.reviewBody,
      row.obtainedOn,
      row.filedOn,
    ]),
  );
  return ['zhicheng-roster-1', month, ...lines.sort()].join('\n');
}
