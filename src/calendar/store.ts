/** Tables `calendar_days` and `calendar_years`: the years the bureau has entered itself. Touches nothing else. */
import { DataTypes, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../db/connect.ts';
import type { Calendar } from '../shared/working-days.ts';
import type { CalendarYear } from './year.ts';

interface DayRow {
  date: string;
  workday: boolean;
  note: string;
}
interface YearRow {
  year: string;
  document: string;
}

/** What the bureau has entered; years it has not are the built-in calendar's. */
export async function calendarOf(db: Db, tx?: Tx): Promise<Calendar> {
  const years = await yearTable(db).findAll({ raw: true, transaction: tx ?? null });
  const days = await dayTable(db).findAll({ raw: true, transaction: tx ?? null });
  return {
    days: new Map((days as unknown as DayRow[]).map(row => [row.date, Boolean(row.workday)])),
    years: new Set((years as unknown as YearRow[]).map(row => row.year)),
  };
}

/** The year as the bureau entered it; undefined when it has not. */
export async function findYear(db: Db, year: string): Promise<CalendarYear | undefined> {
  const found = (await yearTable(db).findOne({ where: { year }, raw: true })) as unknown as YearRow | null;
  if (found === null) return undefined;
  const days = await dayTable(db).findAll({
    where: { date: { [Op.startsWith]: `${year}-` } },
    order: [['date', 'ASC']],
    raw: true,
  });
  return {
    ...found,
    days: (days as unknown as DayRow[]).map(row => ({ ...row, workday: Boolean(row.workday) })),
  };
}

/** The year is what is given, whatever it was before. */
export async function replaceYear(tx: Tx, db: Db, { year, document, days }: CalendarYear): Promise<void> {
  // the year's row first: two who enter the same year wait for each other here
  await yearTable(db).bulkCreate([{ year, document }], { ignoreDuplicates: true, transaction: tx });
  await yearTable(db).update({ document }, { where: { year }, transaction: tx });
  await dayTable(db).destroy({ where: { date: { [Op.startsWith]: `${year}-` } }, transaction: tx });
  await dayTable(db).bulkCreate(
    days.map(({ date, workday, note }) => ({ date, workday, note })),
    { transaction: tx },
  );
}

function dayTable(db: Db): Table<DayRow> {
  return table<DayRow>(db, 'calendar_days', {
    date: { type: DataTypes.CHAR(10), primaryKey: true },
    workday: DataTypes.BOOLEAN,
    note: DataTypes.STRING,
  });
}

function yearTable(db: Db): Table<YearRow> {
  return table<YearRow>(db, 'calendar_years', {
    year: { type: DataTypes.CHAR(4), primaryKey: true },
    document: DataTypes.STRING,
  });
}
