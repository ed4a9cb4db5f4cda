/** What an application may expect and what is worth a second look: its dates (R9, R10, R16, R17) and its warnings. Pure. */
import { monthDeadlines, type DeadlineRules } from '../calendar/deadlines.ts';
import type { Fault } from '../shared/fault.ts';
import {
  addDays,
  addMonths,
  dateAt,
  lastDayOf,
  monthAt,
  type Instant,
  type Month,
  type PlainDate,
} from '../shared/time.ts';
import { CalendarMissing } from '../shared/working-days.ts';
import { isGuarding, STATE_NAMES, type Application } from './application.ts';
import { CONFIRM_DAYS } from './submit-application.ts';

/** Nothing is expected of what has ended. */
const ENDED: readonly Application['state'][] = ['REJECTED', 'WITHDRAWN'];

export interface Expected {
  /** The batch it is in, or would join if it were uploaded now. */
  readonly month: Month | undefined;
  readonly confirmBefore: PlainDate | undefined;
  readonly uploadCutoff: PlainDate | undefined;
  readonly bureauCheckDue: PlainDate | undefined;
  /** Undefined also where collecting opens with the issue itself (R18). */
  readonly collectFrom: PlainDate | undefined;
}

/** The dates of this application at that instant; what a missing calendar does not tell is left out. */
export function expectedOf(application: Application, at: Instant, rules: DeadlineRules): Expected {
  const { state, route, batchMonth, course } = application;
  const confirmBefore =
    state === 'HOLDER_CONFIRM' ? addDays(dateAt(course.changedAt), CONFIRM_DAYS) : undefined;
  const month = ENDED.includes(state) ? undefined : (batchMonth ?? joining(route, at, rules));
  if (month === undefined)
    return {
      month,
      confirmBefore,
      uploadCutoff: undefined,
      bureauCheckDue: undefined,
      collectFrom: undefined,
    };
  const known = datesOf(month, rules);
  return {
    month,
    confirmBefore,
    uploadCutoff: route === 2 ? known?.uploadCutoff : undefined,
    bureauCheckDue: lastDayOf(month),
    collectFrom: known?.collectFrom ?? undefined,
  };
}

/** R10: route 2 joins the next month's batch after the cut-off; others the month itself. */
function joining(route: Application['route'], at: Instant, rules: DeadlineRules): Month | undefined {
  const month = monthAt(at);
  if (route !== 2) return month;
  const cutoff = datesOf(month, rules)?.uploadCutoff;
  if (cutoff === undefined) return undefined;
  return dateAt(at) <= cutoff ? month : addMonths(month, 1);
}

function datesOf(month: Month, rules: DeadlineRules): ReturnType<typeof monthDeadlines> | undefined {
  try {
    return monthDeadlines(month, rules);
  } catch (error) {
    if (error instanceof CalendarMissing) return undefined;
    throw error;
  }
}

/** The state as this reader is told: to its holder a certificate is in the making until the day it can be collected (R17). */
export function stateNameFor(
  { state }: Pick<Application, 'state'>,
  reader: {
    readonly isHolder: boolean;
    readonly collectFrom: PlainDate | undefined;
    readonly today: PlainDate;
  },
): string {
  const { isHolder, collectFrom, today } = reader;
  if (state === 'GENERATED' && isHolder && collectFrom !== undefined && today < collectFrom) return '制证中';
  return STATE_NAMES[state];
}

/**
 * What a reviewer should look at twice; none of it stops the application. Nobody looks at one that has ended; and what a correction
 * differs in from the certificate that it corrects is its purpose.
 * @param others of the same person
 */
export function warningsOf(application: Application, others: readonly Application[]): readonly Fault[] {
  if (application.course.turn === undefined) return [];
  const warnings: Fault[] = [];
  const live = others.filter(other => other.id !== application.id && isGuarding(other.state));
  if (application.uploadLate)
    warnings.push({ code: 'UPLOAD_LATE', detail: '逾期上传：已过核准备案后五个工作日。' });
  if (live.some(other => isOtherSpecialty(application, other)))
    warnings.push({
      code: 'OTHER_SPECIALTY',
      detail: '此人另有同系列同层级、不同专业的申请或证书，请核对是否重复。',
    });
  if (
    application.corrects === undefined &&
    application.name !== '' &&
    live.some(other => other.name !== application.name)
  )
    warnings.push({ code: 'NAME_DIFFERS', detail: '同一证件号码在另一申请中的姓名不同，请核对证件。' });
  return warnings;
}

/** Domain §5.1: the same level with another specialty is a warning; the same title is refused by the guard. */
function isOtherSpecialty(one: Application, other: Application): boolean {
  return (
    other.seriesCode === one.seriesCode && other.level === one.level && other.specialty !== one.specialty
  );
}
