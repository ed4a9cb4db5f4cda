/**
 * A question about another person's certificate (R33): three facts, who asks and why, and the holder's consent in the form of a code.
 * Pure. What the asker writes stands in a message of ours to the holder, so it may say who and why and lead nowhere.
 */
import { demandPersonId, demandPhone, demandWords, invalid } from '../accounts/demand.ts';
import type { Limit } from '../accounts/sign-in/limit.ts';
import { parseCertificateNumber, type CertificateNumber } from '../certificate/number.ts';
import { isLikeOwn } from '../certificate/number-kind.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import type { Instant } from '../shared/time.ts';

/** What stands on record of one question, also of one that matched nothing. */
export interface Lookup {
  readonly id: string;
  /** The application behind the certificate; absent unless all three facts were right. */
  readonly applicationId: string | undefined;
  readonly number: string | undefined;
  readonly requester: string;
  readonly purpose: string;
  /** Keyed hash of the code; forgotten after a day. */
  readonly codeHash: string | undefined;
  /** Whether a code went to the holder. */
  readonly sent: boolean;
  readonly createdAt: Instant;
  readonly endsAt: Instant;
  /** When the holder's code was given back and the result shown. */
  readonly answeredAt: Instant | undefined;
}

/** As it comes in. */
export interface LookupWanted {
  readonly idNumber: string;
  readonly number: string;
  readonly phone: string;
  readonly requester: string;
  readonly purpose: string;
}

/** The same, well-formed; whether it is true is another matter. */
export interface Question extends LookupWanted {
  readonly number: CertificateNumber;
}

export interface LookupRules {
  /** Leading zero bits of the SHA-256 that opens a question. */
  readonly difficultyBits: number;
  /** Answers leave only at whole multiples of this, counted from the start. */
  readonly beatMs: number;
}

/** About 262,144 hashes, some seconds on a phone; and longer than the work takes, so that one duration hides every outcome. */
export const LOOKUP_RULES: LookupRules = { difficultyBits: 18, beatMs: 300 };

/** R33, and the decision there. */
export const CODE_LIFE_SECONDS = 300;
export const TRIES_PER_CODE = 5;

/**
 * Counted apart from the codes for signing in: were they one, asking for a sign-in code would tell whether a lookup had just sent one.
 * Only messages that leave count, so nobody uses up the holder's by guessing.
 */
export const LOOKUP_LIMITS = {
  phoneMinute: { kind: 'lookup-phone-minute', most: 1, seconds: 60 },
  phoneDay: { kind: 'lookup-phone-day', most: 10, seconds: 24 * 3600 },
  addressHour: { kind: 'lookup-address-hour', most: 20, seconds: 3600 },
  /** Wrong codes of all lookups together: nobody guesses a code by asking about many people. */
  failures: { kind: 'lookup-code', most: 300, seconds: 10 * 60 },
} as const satisfies Record<string, Limit>;

/**
 * The question, well-formed. Its one refusal names every faulty field, so that a form can show them all at once.
 * @throws DomainError PAPER_CERTIFICATE for a number that this service cannot have given, CONTENT_INVALID at the fields
 */
export function demandQuestion(wanted: LookupWanted, act: Pick<Act, 'at'>): Question {
  const refusals: DomainError[] = [];
  const parts = {
    number: tried(refusals, () => demandNumber(wanted.number)),
    idNumber: tried(refusals, () => demandPersonId(wanted.idNumber, act).number),
    phone: tried(refusals, () => demandPhone(wanted.phone)),
    requester: tried(refusals, () => demandWords(wanted.requester, '/requester', 60)),
    purpose: tried(refusals, () => demandWords(wanted.purpose, '/purpose', 100)),
  };
  const [first] = refusals;
  if (!first) return parts as Question; // a part is undefined only beside its refusal
  throw new DomainError(first.code, first.detail, { faults: refusals.flatMap(({ placed }) => placed) });
}

/** What the demand gives; a field's refusal is kept with the others. */
function tried<T>(refusals: DomainError[], demand: () => T): T | undefined {
  try {
    return demand();
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'CONTENT_INVALID') throw error;
    refusals.push(error);
    return undefined;
  }
}

/** R30, R31, in the words of the notice. */
export const PAPER_WORDS =
  '纸质证书不在本系统查验范围，仍然有效，请向原发证机关（原渠道）核实；遗失确需补办的，也请按原渠道办理。';

/** True of a number that this service cannot have given, also with a slip of the pen. */
export function isPaperNumber(input: string): boolean {
  return !isLikeOwn(input);
}

/** R30, R31: a paper certificate is not invalid, it is elsewhere. */
function demandNumber(input: string): CertificateNumber {
  const number = parseCertificateNumber(input);
  if (number !== undefined) return number;
  if (!isPaperNumber(input))
    throw invalid('CONTENT_INVALID', '/number', [
      {
        code: 'NUMBER_CHECK_DIGIT',
        detail: '证书编号可能填错：应为 1 个字母和 13 位数字，请对照证书逐位核对。',
      },
    ]);
  throw new DomainError('PAPER_CERTIFICATE', PAPER_WORDS, { pointer: '/number' });
}

/** The one answer to a code that is wrong, late, used, of another question, or of none. */
export function codeWrong(): DomainError {
  return new DomainError('CODE_WRONG', '验证码不对或已失效，请向持证人核对后再试，或重新提出查询。');
}
