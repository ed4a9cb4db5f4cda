/**
 * The table of professional titles: 27 series, their sub-lines, and the title of each level (A to E). A level is always
 * looked up by (series, title), never read out of the words: 高级记者 is A, 高级工程师 is B. Pure; rows in schemas/titles.json.
 */
import table from '../../schemas/titles.json' with { type: 'json' };
import type { Fault } from '../shared/fault.ts';
import type { PlainDate } from '../shared/time.ts';
import type { Level } from './level.ts';
import { LEVELS, LEVEL_NAMES } from './level.ts';

/** Dates are inclusive; null is open. Legacy rows are kept for reading old papers and are not issuable. */
interface Effective {
  readonly from: PlainDate | null;
  readonly to: PlainDate | null;
  readonly issuable: boolean;
}

/** A sub-line of a series, such as 药师 in health; several names at one level are equal spellings of one title. */
export interface TitleLine extends Effective {
  readonly line: string;
  readonly source: string;
  /** True where the names need an official list before production use. */
  readonly unconfirmed?: boolean;
  readonly titles: Readonly<Partial<Record<Level, readonly string[]>>>;
}

export interface TitleSeries extends Effective {
  readonly code: string;
  readonly name: string;
  readonly lines: readonly TitleLine[];
}

export interface Title {
  readonly seriesCode: string;
  readonly series: string;
  readonly line: string;
  readonly level: Level;
  readonly title: string;
}

export type TitleAnswer =
  { readonly ok: true; readonly title: Title } | { readonly ok: false; readonly fault: Fault };

export interface TitleQuestion {
  /** Series code (`05`) or full name (`工程技术人员`). */
  readonly series: string;
  readonly title: string;
  /** The day the title was obtained; picks the rows in force. */
  readonly on: PlainDate;
  /** What the roster claims; compared when given. */
  readonly level?: Level;
}

/** Every row of the table, legacy ones included. The cast is checked row by row in the tests. */
export const TITLE_SERIES: readonly TitleSeries[] = table.series as readonly TitleSeries[];

/** Other words for the levels (§ "also called" of the national terms); 初级 alone means D and E and is never one level. */
const LEVEL_WORDS: ReadonlyMap<string, Level> = new Map<string, Level>([
  ...LEVELS.flatMap((level): [string, Level][] => [
    [level, level],
    [LEVEL_NAMES[level], level],
  ]),
  ['正高', 'A'],
  ['副高', 'B'],
  ['中', 'C'],
  ['助理', 'D'],
  ['初级(助理)', 'D'],
  ['初级(助理级)', 'D'],
  ['初级(员)', 'E'],
  ['初级(员级)', 'E'],
]);
/** Health writes 师级 and 士级 for D and E. */
const HEALTH_SERIES = '04';
const HEALTH_LEVEL_WORDS: ReadonlyMap<string, Level> = new Map<string, Level>([
  ['师级', 'D'],
  ['初级(师)', 'D'],
  ['士级', 'E'],
  ['初级(士)', 'E'],
]);

/** The series with that code or full name, in force on that day. A single digit is read as its code (`5` is `05`). */
export function findSeries(codeOrName: string, on: PlainDate): TitleSeries | undefined {
  const wanted = codeOrName.trim();
  const code = /^\d$/.test(wanted) ? `0${wanted}` : wanted;
  return TITLE_SERIES.find(
    series => (series.code === code || series.name === wanted) && isInForce(series, on),
  );
}

/** The level meant by a word such as 正高级, 正高 or A; 师级 and 士级 in health only; undefined for 初级 and others. */
export function findLevel(word: string, seriesCode?: string): Level | undefined {
  const plain = word.trim().toUpperCase().replace('（', '(').replace('）', ')');
  return LEVEL_WORDS.get(plain) ?? (seriesCode === HEALTH_SERIES ? HEALTH_LEVEL_WORDS.get(plain) : undefined);
}

/**
 * Looks a title up in its series and compares the level when one is claimed.
 *
 * Faults: SERIES_UNKNOWN, SERIES_LEGACY, TITLE_UNKNOWN, TITLE_LEGACY, SERIES_WITHOUT_LEVEL, TITLE_LEVEL_WRONG; each detail
 * names what the table has instead.
 */
export function lookUpTitle({ series: wanted, title, on, level }: TitleQuestion): TitleAnswer {
  const series = findSeries(wanted, on);
  if (!series) return refuse('SERIES_UNKNOWN', `职称系列表中没有“${wanted}”，请填写系列全称或代码。`);
  if (!series.issuable)
    return refuse('SERIES_LEGACY', `“${series.name}”不在现行系列内，不能核发电子职称证书。`);

  const name = title.trim();
  const found = titlesIn(series, on).find(entry => entry.title.title === name);
  if (!found) return refuse(...titleUnknown(series, name, on));
  if (!found.line.issuable) return refuse('TITLE_LEGACY', `“${name}”是旧制名称，不能核发电子职称证书。`);
  if (level === undefined || level === found.title.level) return { ok: true, title: found.title };
  return refuse(...levelWrong(series, found.title, level));
}

/** Levels that series can issue on that day, from A to E. */
export function levelsOf(codeOrName: string, on: PlainDate): readonly Level[] {
  const series = findSeries(codeOrName, on);
  if (!series) return [];
  const levels = new Set(issuableIn(series, on).map(title => title.level));
  return LEVELS.filter(level => levels.has(level));
}

/** All titles of a series that can be issued on that day, in table order; of one level when given. */
export function titlesOf(codeOrName: string, on: PlainDate, level?: Level): readonly Title[] {
  const series = findSeries(codeOrName, on);
  if (!series) return [];
  return issuableIn(series, on).filter(title => level === undefined || title.level === level);
}

/** All series that can be issued on that day. */
export function seriesInForce(on: PlainDate): readonly TitleSeries[] {
  return TITLE_SERIES.filter(series => series.issuable && isInForce(series, on));
}

interface TitleEntry {
  readonly line: TitleLine;
  readonly title: Title;
}

function titlesIn(series: TitleSeries, on: PlainDate): readonly TitleEntry[] {
  return series.lines
    .filter(line => isInForce(line, on))
    .flatMap(line =>
      LEVELS.flatMap(level =>
        (line.titles[level] ?? []).map(title => ({
          line,
          title: { seriesCode: series.code, series: series.name, line: line.line, level, title },
        })),
      ),
    );
}

function issuableIn(series: TitleSeries, on: PlainDate): readonly Title[] {
  return titlesIn(series, on)
    .filter(entry => series.issuable && entry.line.issuable)
    .map(entry => entry.title);
}

function isInForce(row: Effective, on: PlainDate): boolean {
  return (row.from === null || row.from <= on) && (row.to === null || on <= row.to);
}

function titleUnknown(series: TitleSeries, name: string, on: PlainDate): [string, string] {
  const elsewhere = seriesInForce(on).filter(other =>
    issuableIn(other, on).some(title => title.title === name),
  );
  const hint =
    elsewhere.length > 0 ? `该名称属于${elsewhere.map(other => other.name).join('、')}` : '请核对资格名称';
  return ['TITLE_UNKNOWN', `${series.name}系列没有资格名称“${name}”，${hint}。`];
}

function levelWrong(series: TitleSeries, title: Title, claimed: Level): [string, string] {
  const actual = `“${title.title}”属于${LEVEL_NAMES[title.level]}`;
  const levels = new Set(
    series.lines.filter(line => line.issuable).flatMap(line => Object.keys(line.titles)),
  );
  if (!levels.has(claimed)) {
    return ['SERIES_WITHOUT_LEVEL', `${series.name}系列不设${LEVEL_NAMES[claimed]}，${actual}，请改正层级。`];
  }
  return [
    'TITLE_LEVEL_WRONG',
    `${series.name}系列的${actual}，不是${LEVEL_NAMES[claimed]}，请改正层级或资格名称。`,
  ];
}

function refuse(code: string, detail: string): TitleAnswer {
  return { ok: false, fault: { code, detail } };
}
