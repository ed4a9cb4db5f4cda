/**
 * The one kind of expected failure. A DomainError carries a stable code for programs and one Chinese sentence for people
 * that says what to do next; it never holds internals or personal data. HTTP statuses live in http/problem.ts.
 */

/** Every stable code the product can answer with. Append-only: clients match on these words. */
export const ERROR_CODES = [
  // input that is not what it says it is
  'BAD_REQUEST',
  'BODY_INVALID',
  'BODY_TOO_LARGE',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'UNSUPPORTED_MEDIA_TYPE',
  'HOST_NOT_ALLOWED',
  // the service itself
  'CONFIG_INVALID',
  'DATABASE_UNSAFE',
  'DATABASE_BUSY',
  'DATABASE_UNAVAILABLE',
  'MIGRATION_PENDING',
  'INTERNAL',
  // keys and trust
  'KEYS_EXIST',
  'KEYS_MISSING',
  'KEY_UNKNOWN',
  'KEY_OUTSIDE_WINDOW',
  'KEY_RETIRED',
  'PASSPHRASE_MISSING',
  'PASSPHRASE_WRONG',
  'MANIFEST_INVALID',
  'MANIFEST_ROLLED_BACK',
  'TEST_KEY_IN_PRODUCTION',
  'TRUST_INVALID',
  // rosters and the rules on their cells
  'FILE_UNREADABLE',
  'FILE_TOO_LARGE',
  'FILE_EMPTY',
  'FILE_FORMAT_UNKNOWN',
  'ENCODING_UNKNOWN',
  'ROSTER_HEAD_WRONG',
  'ROSTER_EMPTY',
  'ROSTER_TOO_LONG',
  'ROSTER_ROWS_INVALID',
  'MONTH_INVALID',
  'MONTH_IN_FUTURE',
  'CALENDAR_MISSING',
  'LEGAL_BASIS_MISSING',
  // the certificate, its code and its picture
  'NUMBERS_EXHAUSTED',
  'LINT_FAILED',
  'SELF_CHECK_FAILED',
  'QR_UNREADABLE',
  'QR_TOO_LARGE',
  'GLYPH_MISSING',
  'FACE_DOES_NOT_FIT',
  'FACE_MISMATCH',
  'IMAGE_UNREADABLE',
  'IMAGE_TOO_LARGE',
  'IMAGE_WITHOUT_CODE',
  'IMAGE_WITH_SEVERAL_CODES',
  // batches and changes of state
  'BATCH_LEASED',
  'BATCH_CHANGED',
  'ISSUANCE_STOPPED',
  'CERTIFICATE_UNKNOWN',
  'STATE_CONFLICT',
  'REASON_UNKNOWN',
  'DOCUMENT_MISSING',
  'STATUS_LIST_INVALID',
  'DEMO_REFUSED',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface Circumstances {
  /** Where in the input the fault lies: a JSON Pointer (RFC 6901), or a cell name such as "D7". */
  readonly pointer?: string;
  readonly cause?: unknown;
}

/** Thrown for every failure that a person or a client can act upon; subclassed per reason in the folder that throws it. */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly pointer: string | undefined;

  constructor(code: ErrorCode, detail: string, options: Circumstances = {}) {
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.detail = detail;
    this.pointer = options.pointer;
  }
}
