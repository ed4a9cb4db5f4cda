/**
 * What a holder is told by short message when their certificate was changed: that it was, until when, and what can be done against it
 * (domain §5.2). The reason stands on their own page only: a message may be read by others. Pure.
 */
import type { Message, Template } from '../messages/message.ts';
import { addDays, dateAt, toChineseDate, type Instant } from '../shared/time.ts';
import type { ChangeKind } from './state.ts';

type Told = Exclude<ChangeKind, 'SUPERSEDE'>;

const TEMPLATE: Readonly<Record<Told, Template>> = {
  SUSPEND: 'suspended',
  EXTEND: 'suspension-extended',
  RESUME: 'resumed',
  REVOKE: 'revoked',
  CANCEL: 'cancelled',
};

/** @param changed the certificate's number, what was done to it, the end of a suspension, and the holder's phone in full */
export function changeNotice(changed: {
  readonly number: string;
  readonly change: Told;
  readonly until?: Instant | undefined;
  readonly phone: string;
}): Message {
  const { number, change, until, phone } = changed;
  const end = until === undefined ? {} : { end: toChineseDate(addDays(dateAt(until), -1)) };
  return { template: TEMPLATE[change], phone, values: { tail: tailOf(number), ...end } };
}

/** As much of a certificate number as tells its holder which one is meant. */
export function tailOf(number: string): string {
  return number.slice(-4);
}

/** The ways of appeal that the holder is shown beside a change; none where nothing was taken. */
export function appealOf(change: ChangeKind): string | undefined {
  switch (change) {
    case 'REVOKE':
      return appealAgainst('撤销');
    case 'CANCEL':
      return appealAgainst('注销');
    case 'SUSPEND':
    case 'EXTEND':
      return '如对暂停有异议，可向市人社局陈述意见、提出申诉；核查结束后恢复有效或作出撤销决定，对撤销决定可以申请行政复议、提起行政诉讼。';
    case 'RESUME':
    case 'SUPERSEDE':
      return undefined;
    default:
      return change satisfies never;
  }
}

function appealAgainst(decision: string): string {
  return `如对${decision}决定不服，可自知道该决定之日起 60 日内申请行政复议，或自知道该决定之日起 6 个月内提起行政诉讼。`;
}
