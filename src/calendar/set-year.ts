/** The bureau's administrator enters a year's arrangement of holidays; every deadline of that year counts by it from then on (R9, R10). */
import { createHash } from 'node:crypto';
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { record } from '../audit/record.ts';
import { inTransaction } from '../db/tx.ts';
import type { World } from '../world.ts';
import { replaceYear } from './store.ts';
import { demandYear, type CalendarYear } from './year.ts';

/**
 * The year is declared: days named are as named, all others go by the weekday; the built-in calendar says nothing of it any more.
 * Deadlines already stored with an upload stay as they were.
 * @throws Forbidden; DomainError CALENDAR_INVALID
 */
export async function setYear(
  world: Pick<World, 'db'>,
  act: PersonalAct,
  wanted: CalendarYear,
): Promise<void> {
  demandMay(act.by, 'calendar.change');
  demandYear(wanted);

  const { db } = world;
  const content = JSON.stringify(wanted.days.map(({ date, workday, note }) => [date, workday, note]).sort());
  const detail = {
    document: wanted.document,
    days: wanted.days.length,
    digest: createHash('sha256').update(content).digest('hex'),
  };
  await inTransaction(db, async tx => {
    await replaceYear(tx, db, wanted);
    await record({ tx, db }, act, [{ action: 'calendar.year-set', subject: wanted.year, detail }]);
  });
}
