/**
 * A share code (R33, the holder's own way): sixteen characters that open one certificate's details for a purpose and a time, without a
 * code to the phone, because the holder gave them away. Pure. Whoever has them is shown; nobody can guess them.
 */
import type { Limit } from '../accounts/sign-in/limit.ts';
import { DomainError } from '../shared/errors.ts';
import type { Instant, PlainDate } from '../shared/time.ts';

/** What stands on record; the code itself does not. */
export interface ShareCode {
  readonly id: string;
  /** The holder's. */
  readonly accountId: string;
  readonly applicationId: string;
  readonly number: string;
  /** In the holder's words; whoever opens it reads them. */
  readonly purpose: string;
  readonly madeAt: Instant;
  /** Its last day in Shanghai. */
  readonly validThrough: PlainDate;
  /** The first second after that day. */
  readonly endsAt: Instant;
  /** When the holder ended it before its time. */
  readonly endedAt: Instant | undefined;
}

export interface ShareRules {
  /** Answers leave only at whole multiples of this, counted from the start. */
  readonly beatMs: number;
}

/** Longer than the work takes, so that one duration hides every outcome. */
export const SHARE_RULES: ShareRules = { beatMs: 300 };

/** Most codes of one holder that are alive at once. */
export const MAX_ALIVE = 20;

export const SHARE_LIMITS = {
  /** Codes that did not open, by address. */
  addressFailures: { kind: 'share-code-address', most: 30, seconds: 15 * 60 },
  /**
   * The same of all addresses together. A guess hits one of a million codes alive once in 10^17, so this bounds the load and is high:
   * whoever fills it keeps everybody's codes shut.
   */
  failures: { kind: 'share-code', most: 3000, seconds: 10 * 60 },
  /** Each opening is kept and shown to the holder. */
  openings: { kind: 'share-code-opening', most: 200, seconds: 24 * 3600 },
  /** Made and ended again at once, codes would be without number. */
  made: { kind: 'share-code-made', most: 50, seconds: 24 * 3600 },
} as const satisfies Record<string, Limit>;

/** Thirty letters and digits that nobody takes for another: no 0 and O, 1, I and L, or U beside V. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_CHARACTERS = 16;
const CODE = new RegExp(`^[${ALPHABET}]{${CODE_CHARACTERS}}$`);

/** A new code as it is kept hashed: 78 bits of chance. @param random a uniform whole number below the limit */
export function newCode(random: (below: number) => number): string {
  return Array.from({ length: CODE_CHARACTERS }, () => ALPHABET.charAt(random(ALPHABET.length))).join('');
}

/** `XXXX-XXXX-XXXX-XXXX`, as people read and type it. */
export function groupedCode(code: string): string {
  return code.match(/.{4}/g)?.join('-') ?? code;
}

/** The code that somebody typed or pasted: full-width, small letters, blanks and hyphens of any kind are forgiven. */
export function parseCode(input: string): string | undefined {
  const code = input
    .normalize('NFKC')
    .replace(/[\s\p{Pd}]/gu, '')
    .toUpperCase();
  return CODE.test(code) ? code : undefined;
}

/** The page that opens it; behind `#` it reaches no server's log. */
export function shareLink(origin: string, code: string): string {
  return `${origin}/query#s=${groupedCode(code)}`;
}

export function isAlive({ endsAt, endedAt }: Pick<ShareCode, 'endsAt' | 'endedAt'>, at: Instant): boolean {
  return endedAt === undefined && at < endsAt;
}

/** The one answer to a code that is wrong, over, ended, of a frozen holder, or of a certificate that cannot be collected. */
export function shareCodeInvalid(): DomainError {
  return new DomainError('SHARE_CODE_INVALID', '分享码不对或已失效，请逐位核对，或请持证人重新生成。');
}
