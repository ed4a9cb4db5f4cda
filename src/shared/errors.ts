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
  'READ_ONLY_RESTORED',
  'INTERNAL',
  // keys and trust
  'KEYS_EXIST',
  'KEYS_MISSING',
  'KEY_UNKNOWN',
  'KEY_OUTSIDE_WINDOW',
  'KEY_RETIRED',
  'KEY_DESTROYED',
  'KEY_NEEDED',
  'KEY_REVOKED',
  'PASSPHRASE_MISSING',
  'PASSPHRASE_WRONG',
  'SIGNER_UNAVAILABLE',
  'SIGNER_WRONG',
  'MANIFEST_INVALID',
  'MANIFEST_ROLLED_BACK',
  'TEST_KEY_IN_PRODUCTION',
  'TRUST_INVALID',
  'TRUST_OTHER_ROOT',
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
  'EXTENDED_ALREADY',
  'PROPOSAL_CHANGED',
  'CHANGE_SHEET_INVALID',
  'STATUS_LIST_INVALID',
  'DEMO_REFUSED',
  // people, sessions and what they may do
  'SIGN_IN_REQUIRED',
  'SIGN_IN_FAILED',
  'CODE_WRONG',
  'ACCOUNT_DISABLED',
  'ACCOUNT_FROZEN',
  'SIGN_IN_AGAIN',
  'PASSWORD_WEAK',
  'PASSWORD_CHANGE_REQUIRED',
  'LOGIN_TAKEN',
  'FORBIDDEN',
  'CSRF_REFUSED',
  'TOO_MANY_ATTEMPTS',
  'TWO_PERSONS_NEEDED',
  // one effect per request, one truth per version
  'IDEMPOTENCY_KEY_INVALID',
  'IDEMPOTENCY_KEY_REUSED',
  'IDEMPOTENCY_IN_PROGRESS',
  'STALE',
  'QUERY_INVALID',
  // the registers
  'ORGANISATION_UNKNOWN',
  'REGISTER_CONFLICT',
  'REGISTER_INVALID',
  'COMMITTEE_UNKNOWN',
  'ENTITLEMENT_MISSING',
  'SUBMITTING_UNIT_MISSING',
  'CALENDAR_INVALID',
  // applications and their files
  'CONTENT_INVALID',
  'TITLE_HELD',
  'APPLICATION_STATE',
  'OWN_APPLICATION',
  'SAME_REVIEWER',
  'REASON_MISSING',
  'TOO_MANY_DRAFTS',
  'ATTACHMENT_MISSING',
  'ATTACHMENT_REFUSED',
  'TOO_MANY_FILES',
  'UPLOAD_INCOMPLETE',
  // release and collection
  'BATCH_EMPTY',
  'BATCH_DIGEST_WRONG',
  'NOT_COLLECTABLE',
  'MESSAGE_REFUSED',
  // another person's certificate
  'CHALLENGE_INVALID',
  'PAPER_CERTIFICATE',
  // share codes and use copies
  'SHARE_CODE_INVALID',
  'TOO_MANY_SHARE_CODES',
  'TOO_MANY_USE_COPIES',
  // reports to the bureau
  'RECEIPT_UNKNOWN',
  // files given for checking
  'PDF_UNREADABLE',
  // clients of registration bodies
  'CLIENT_UNKNOWN',
  'REQUEST_SIGNATURE_REFUSED',
  'REQUEST_REPLAYED',
  'QUOTA_EXCEEDED',
  'NOT_VERIFIED_BEFORE',
  'WEBHOOK_TARGET_REFUSED',
  // too much at once
  'OVERLOADED',
  // status lists
  'STATUS_LIST_FULL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface Circumstances {
  /** Where in the input the fault lies: a JSON Pointer (RFC 6901), or a cell name such as "D7". */
  readonly pointer?: string;
  /** Every place of the input that is at fault, when there are several. */
  readonly faults?: readonly PlacedFault[];
  /** Seconds after which trying again makes sense. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** One fault at its place in the input. */
export interface PlacedFault {
  /** JSON Pointer (RFC 6901). */
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** Thrown for every failure that a person or a client can act upon; subclassed per reason in the folder that throws it. */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly pointer: string | undefined;
  readonly placed: readonly PlacedFault[];
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, detail: string, options: Circumstances = {}) {
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.detail = detail;
    this.pointer = options.pointer;
    this.placed = options.faults ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
