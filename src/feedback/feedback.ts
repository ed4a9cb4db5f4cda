/**
 * What somebody reports to the bureau (R37): a category, their words, at will an application of their own, a certificate's number and a
 * phone. Pure. Everything in it is the sender's claim: that a number is named here says nothing of whether it exists.
 */
import { demandPhone, invalid } from '../accounts/demand.ts';
import type { Limit } from '../accounts/sign-in/limit.ts';
import { DomainError } from '../shared/errors.ts';
import type { Instant } from '../shared/time.ts';

export const CATEGORY_WORDS = {
  APPLICATION: '申请与审核',
  CERTIFICATE: '证书内容',
  VERIFICATION: '查验',
  FORGERY: '怀疑证书有假',
  PAGE: '页面或系统故障',
  OTHER: '其他',
} as const;
export type Category = keyof typeof CATEGORY_WORDS;

export const STATE_WORDS = { OPEN: '待答复', ANSWERED: '已答复', CLOSED: '已办结' } as const;
export type FeedbackState = keyof typeof STATE_WORDS;

/** Who wrote it: signed in, or nobody in particular. */
export type Sender = 'holder' | 'staff' | 'public';

export interface Feedback {
  readonly id: string;
  /** Absent for `public`. */
  readonly accountId: string | undefined;
  readonly sender: Sender;
  readonly category: Category;
  readonly text: string;
  /** Of the sender, who was allowed to see it. */
  readonly applicationId: string | undefined;
  /** As it was typed; never looked up. */
  readonly number: string | undefined;
  /** To be called back at; not proved to be the sender's. */
  readonly phone: string | undefined;
  readonly state: FeedbackState;
  readonly answer: string | undefined;
  readonly version: number;
  readonly createdAt: Instant;
  readonly answeredAt: Instant | undefined;
  readonly closedAt: Instant | undefined;
}

/** As it comes in. */
export interface FeedbackWanted {
  readonly category: Category;
  readonly text: string;
  readonly number?: string | undefined;
  readonly phone?: string | undefined;
}

/** Counted before anything is kept; when the counters cannot be had, nothing is taken in. */
export const FEEDBACK_LIMITS = {
  /** From one address, of those who are not signed in. */
  address: { kind: 'feedback-address', most: 5, seconds: 3600 },
  /** From all such addresses: as many as a few people can read in a day. */
  all: { kind: 'feedback-all', most: 300, seconds: 24 * 3600 },
  account: { kind: 'feedback-account', most: 20, seconds: 24 * 3600 },
  /** Receipts that are none, by address and of all; a guess hits once in 10^17. */
  receiptAddress: { kind: 'feedback-receipt-address', most: 30, seconds: 15 * 60 },
  receipts: { kind: 'feedback-receipt', most: 3000, seconds: 10 * 60 },
} as const satisfies Record<string, Limit>;

const TEXT_CHARACTERS = { least: 5, most: 1000 };
const NUMBER_CHARACTERS = 40;
/** They turn the direction of what follows, also of the handler's page around it (Unicode UAX #9, Trojan Source). */
const BIDI_CONTROLS = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;

/** The same, well-formed. @throws DomainError CONTENT_INVALID naming every faulty field */
export function demandFeedback({ category, text, number, phone }: FeedbackWanted): FeedbackWanted {
  const refusals: DomainError[] = [];
  const tried = <T>(demand: () => T): T | undefined => {
    try {
      return demand();
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      refusals.push(error);
      return undefined;
    }
  };
  const wanted = {
    category,
    text: tried(() => demandText(text, '/text')) ?? '',
    number: tried(() => demandNumber(number)),
    phone: phone === undefined || phone.trim() === '' ? undefined : tried(() => demandPhone(phone)),
  };
  const [first] = refusals;
  if (!first) return wanted;
  throw new DomainError(first.code, first.detail, { faults: refusals.flatMap(({ placed }) => placed) });
}

/** What people write at length: trimmed, NFC, line breaks kept, no other control characters. @throws DomainError CONTENT_INVALID */
export function demandText(input: string, pointer: '/text' | '/answer'): string {
  const text = input.replace(/\r\n?/g, '\n').replace(BIDI_CONTROLS, '').trim().normalize('NFC');
  const { length } = [...text];
  const { least, most } = TEXT_CHARACTERS;
  if (length >= least && length <= most && !/[^\P{Cc}\n]/u.test(text)) return text;
  const detail = `请写 ${least} 至 ${most} 个字，说清是什么事；不要有特殊的控制字符。`;
  throw invalid('CONTENT_INVALID', pointer, [{ code: 'TEXT_INVALID', detail }]);
}

/** Whatever the sender read on a paper, also of a forged one; absent when empty. */
function demandNumber(input: string | undefined): string | undefined {
  const number = (input ?? '').replace(BIDI_CONTROLS, '').trim().normalize('NFC');
  if (number === '') return undefined;
  if ([...number].length <= NUMBER_CHARACTERS && !/\p{Cc}/u.test(number)) return number;
  const detail = `证书编号最多 ${NUMBER_CHARACTERS} 个字符，请照证书上的填写。`;
  throw invalid('CONTENT_INVALID', '/number', [{ code: 'NUMBER_TOO_LONG', detail }]);
}
