/** The dates that people ask for: by when to upload, by when the bureau checks, from when to collect (R9, R10, R16–R18). Pure. */
import { collectFrom, lastDayOf, type Month, type PlainDate } from '../shared/time.ts';
import {
  UPLOAD_WORKDAYS,
  uploadCutoff,
  workdayDeadline,
  type Calendar,
  type Rollover,
} from '../shared/working-days.ts';

export interface DeadlineRules {
  readonly calendar: Calendar;
  readonly cutoffRollover: Rollover;
  readonly collectionPolicy: 'notice' | 'qa';
}

/** R9. @throws CalendarMissing */
export function filingDeadlines(
  filedOn: PlainDate,
  { calendar }: DeadlineRules,
): { uploadDeadline: PlainDate } {
  return { uploadDeadline: workdayDeadline(filedOn, UPLOAD_WORKDAYS, calendar) };
}

/** A batch month's dates. @returns collectFrom null: from the issue on, whenever that is (R18) @throws CalendarMissing */
export function monthDeadlines(
  month: Month,
  { calendar, cutoffRollover, collectionPolicy }: DeadlineRules,
): { uploadCutoff: PlainDate; bureauCheckDue: PlainDate; collectFrom: PlainDate | null } {
  return {
    uploadCutoff: uploadCutoff(month, { calendar, rollover: cutoffRollover }),
    bureauCheckDue: lastDayOf(month),
    collectFrom: collectionPolicy === 'qa' ? null : collectFrom(month),
  };
}
