/** The report's rows as a table of months by categories, with totals. Pure; the service counts. */
import type { CategoryReport } from '../../../shared/shapes/shapes.ts';
import { words } from './words.ts';

type Row = CategoryReport['rows'][number];
export const CATEGORIES: readonly Row['category'][] = [
  '社会化评审',
  '自主评审',
  '自主聘任',
  '以考代评',
  '委托评审',
];

export interface Cell {
  readonly issued: number;
  readonly late: number;
}

export interface ReportTable {
  readonly months: readonly { readonly month: string; readonly cells: readonly Cell[]; readonly all: Cell }[];
  readonly totals: readonly Cell[];
  readonly all: Cell;
}

export function reportTable({ rows }: CategoryReport): ReportTable {
  const months = [...new Set(rows.map(({ month }) => month))].sort();
  return {
    months: months.map(month => {
      const own = rows.filter(row => row.month === month);
      return { month, cells: cellsOf(own), all: sum(own) };
    }),
    totals: cellsOf(rows),
    all: sum(rows),
  };
}

/** The same as lines for spreadsheets, the head first. */
export function reportLines(table: ReportTable): readonly (readonly string[])[] {
  const head = [...CATEGORIES, words.all].flatMap(name => [
    `${name}（${words.issued}）`,
    `${name}（${words.late}）`,
  ]);
  const line = (name: string, cells: readonly Cell[]): string[] => [
    name,
    ...cells.flatMap(({ issued, late }) => [String(issued), String(late)]),
  ];
  return [
    [words.month, ...head],
    ...table.months.map(({ month, cells, all }) => line(month, [...cells, all])),
    line(words.all, [...table.totals, table.all]),
  ];
}

function cellsOf(rows: readonly Row[]): readonly Cell[] {
  return CATEGORIES.map(category => sum(rows.filter(row => row.category === category)));
}

function sum(rows: readonly Row[]): Cell {
  return rows.reduce(
    (total, { issued, late }) => ({ issued: total.issued + issued, late: total.late + late }),
    {
      issued: 0,
      late: 0,
    },
  );
}
