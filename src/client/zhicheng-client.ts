/**
 * A client of the registration bodies' API, for other people's programs: one file to copy, nothing but Node 20. It signs each request
 * (RFC 9421 with Content-Digest, RFC 9530), repeats what was held up under the same Idempotency-Key, and turns problem documents into
 * errors. Imports nothing of the service; tests hold its types to the service's schemas.
 */
import {
  createHash,
  createHmac,
  createPrivateKey,
  randomBytes,
  randomUUID,
  sign,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';

export type Purpose = 'APPOINTMENT' | 'PRACTICE_REGISTRATION' | 'CONTINUING_EDUCATION' | 'OTHER';

/** What the holder showed (the text of the QR code, or the JWT), or what they told. */
export type Item = { readonly credential: string } | { readonly number: string; readonly idNumber: string };

export type CertificateState = 'VALID' | 'SUSPENDED' | 'SUPERSEDED' | 'REVOKED' | 'CANCELLED';

export interface Certificate {
  readonly number: string;
  readonly version: number;
  readonly state: CertificateState;
  readonly stateName: string;
  /** The key that signed this version is revoked: its code is refused until the next version is issued; the title itself stands. */
  readonly keyRevokedAt?: string;
  /** Of a state that is not VALID: since when, why, by which decision. */
  readonly since?: string;
  readonly reason?: string;
  readonly reasonName?: string;
  readonly document?: string;
  readonly suspendedUntil?: string;
  readonly invalidFrom?: string;
  /** Masked, as the ID number is. */
  readonly name: string;
  readonly idNumber: string;
  readonly qualification: string;
  readonly level: 'A' | 'B' | 'C' | 'D' | 'E';
  readonly levelName: string;
  readonly series: string;
  readonly specialty: string;
  readonly reviewBody: string;
  readonly obtainedOn: string;
}

export type Verdict =
  'valid' | 'valid-as-of' | 'status-unknown' | 'revoked' | 'suspended' | 'superseded' | 'expired' | 'invalid';

export interface Match {
  readonly outcome: 'match';
  readonly certificate: Certificate;
  /**
   * What verifying the credential said; of a number, what verifying that version's code says: `invalid` when its key is revoked. The
   * certificate's state is newer.
   */
  readonly verdict: Verdict;
  /** Of a use copy (加注副本): what for, for whom and until when it was made. */
  readonly use?: {
    readonly purpose: string;
    readonly recipient: string;
    readonly validThrough: string;
    readonly copy: number;
  };
  /** When an older version was shown. */
  readonly newest?: {
    readonly version: number;
    readonly state: CertificateState;
    readonly stateName: string;
    readonly keyRevokedAt?: string;
    readonly detail: string;
  };
}

/** Unknown number, wrong ID number, another person's number: all the same. */
export interface NoMatch {
  readonly outcome: 'no-match';
  readonly verdict?: 'not-ours' | 'invalid';
}

/** A paper certificate: still valid, to be verified where it was issued. */
export interface Paper {
  readonly outcome: 'paper';
  readonly detail: string;
}

export type Result = Match | NoMatch | Paper;

/** How a certificate stood at an instant. */
export interface StatusAt {
  readonly number: string;
  readonly at: string;
  /** Of the newest version of that time. */
  readonly state: CertificateState | 'NOT_ISSUED';
  readonly stateName: string;
  /** Newest first. */
  readonly versions: readonly {
    readonly version: number;
    readonly issuedAt: string;
    readonly state: CertificateState;
    readonly stateName: string;
    /** By today's manifest. */
    readonly keyRevokedAt?: string;
    readonly since?: string;
    readonly until?: string;
    readonly reason?: string;
    readonly reasonName?: string;
    readonly document?: string;
    readonly invalidFrom?: string;
    /** A later decision voids the title from that day on or before. */
    readonly annulled?: { readonly at: string; readonly invalidFrom: string };
    /** What the status lists in force at that instant said. */
    readonly published?: {
      readonly list: number;
      readonly index: number;
      readonly versions: {
        readonly revocation: number;
        readonly suspension: number;
        readonly refresh: number;
      };
      readonly signedAt: string;
      readonly set: readonly ('revocation' | 'suspension' | 'refresh')[];
      readonly agrees: boolean;
    };
  }[];
}

export interface VerificationAnswer {
  readonly at: string;
  /** In the order of the items. */
  readonly results: readonly Result[];
}

export type Happening =
  'suspended' | 'extended' | 'resumed' | 'revoked' | 'cancelled' | 'superseded' | 'key-revoked';

/**
 * What became of a certificate; of `superseded`, the new version is `version` + 1. Of `key-revoked`, the state is as before, but the code is
 * refused until the next version is issued.
 */
export interface WebhookEvent {
  /** The same however often it is sent: one that was seen before is left alone. */
  readonly id: string;
  readonly type: `certificate.${Happening}`;
  readonly number: string;
  readonly version: number;
  readonly state: CertificateState;
  readonly at: string;
  /** 1, 2, 3, … without gaps; of one certificate they are sent in this order. */
  readonly sequence: number;
}

export interface EventItem extends WebhookEvent {
  readonly delivery: {
    readonly state: 'waiting' | 'delivered' | 'failed' | 'unsent';
    readonly tries: number;
    readonly triedAt?: string;
    readonly endedAt?: string;
    readonly fault?: string;
    readonly faultName?: string;
  };
}

export interface EventPage {
  readonly items: readonly EventItem[];
  /** Where the next page begins; null on the last. */
  readonly next: number | null;
}

export interface Subscription {
  readonly id: string;
  readonly number: string;
  /** Every change from then on is told. */
  readonly since: string;
  /** The newest version and its state, when it was subscribed to. */
  readonly version?: number;
  readonly state?: CertificateState;
  /** The key that signed that version was revoked before. */
  readonly keyRevokedAt?: string;
}

export interface Webhook {
  readonly url: string;
  readonly setAt: string;
  /** To be kept: it is shown this once. */
  readonly secret?: string;
}

export interface ClientOptions {
  /** The service's web origin as it is published, such as `https://zhicheng.example`: it is part of what is signed. */
  readonly origin: string;
  /** Given by the bureau; the `keyid`. */
  readonly clientId: string;
  /** Ed25519 or P-256: a key object, or its PEM. */
  readonly privateKey: KeyObject | string;
  /** Sends the request; the built-in one unless given. */
  readonly fetch?: typeof fetch;
  /** How often a request is sent at most; 4 unless given. */
  readonly tries?: number;
  /** The longest wait between two tries, in seconds; whoever is told to wait longer gets the error. 60 unless given. */
  readonly longestWaitSeconds?: number;
  /** One try is given up after so many milliseconds; 30,000 unless given. */
  readonly timeoutMs?: number;
  readonly clock?: () => number;
  readonly pause?: (ms: number) => Promise<void>;
}

/** One operation of the API. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With its query, beginning with /api/. */
  readonly path: string;
  readonly body?: unknown;
  /** One effect however often it is sent; every POST gets one. */
  readonly idempotencyKey?: string;
}

/** The service refused; `code` is stable, `detail` tells people in Chinese what to do next (RFC 9457). */
export class ZhichengError extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** For the service's operators. */
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, problem: Readonly<Record<string, unknown>>, retryAfterSeconds?: number) {
    const word = (name: string): string => (typeof problem[name] === 'string' ? problem[name] : '');
    super(`${status} ${word('code')}: ${word('detail')}`);
    this.name = 'ZhichengError';
    this.status = status;
    this.code = word('code');
    this.detail = word('detail');
    this.requestId = word('requestId') || undefined;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const TRIES = 4;
const LONGEST_WAIT_SECONDS = 60;
const TIMEOUT_MS = 30_000;
const FIRST_WAIT_SECONDS = 1;
/** Too many, overloaded, a gateway without service behind it: nothing happened, or the same key makes it happen once. */
const REPEATED_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export class ZhichengClient {
  readonly #options: ClientOptions;
  readonly #origin: string;
  readonly #key: KeyObject;

  constructor(options: ClientOptions) {
    const { privateKey } = options;
    this.#options = options;
    this.#origin = new URL(options.origin).origin;
    this.#key = typeof privateKey === 'string' ? createPrivateKey(privateKey) : privateKey;
    algorithmOf(this.#key);
  }

  /**
   * Verifies 1 to 100 certificates; one result per item, in order.
   * @throws ZhichengError, such as QUOTA_EXCEEDED, BODY_INVALID, REQUEST_SIGNATURE_REFUSED
   */
  async verify(
    items: readonly Item[],
    options: { readonly purpose: Purpose; readonly note?: string; readonly idempotencyKey?: string },
  ): Promise<VerificationAnswer> {
    const { idempotencyKey, ...said } = options;
    const call: Call = { method: 'POST', path: '/api/v1/verifications', body: { ...said, items } };
    return this.call<VerificationAnswer>(idempotencyKey === undefined ? call : { ...call, idempotencyKey });
  }

  /**
   * How a certificate stood on a day (`2021-10-05`: at its end in Shanghai) or at an instant; it must have been verified before.
   * @throws ZhichengError NOT_VERIFIED_BEFORE, QUERY_INVALID for what is still to come
   */
  async statusAt(number: string, at: string, purpose: Exclude<Purpose, 'OTHER'>): Promise<StatusAt> {
    const query = `at=${encodeURIComponent(at)}&purpose=${purpose}`;
    const path = `/api/v1/certificates/${encodeURIComponent(number)}/status-at?${query}`;
    return this.call<StatusAt>({ method: 'GET', path });
  }

  /** Changes are told at that URL. The secret comes with the first setting only. @throws ZhichengError WEBHOOK_TARGET_REFUSED */
  async setWebhook(url: string): Promise<Webhook> {
    return this.call<Webhook>({ method: 'PUT', path: '/api/v1/webhook', body: { url } });
  }

  /** Changes of that certificate are told from now on; it must have been verified before. @throws ZhichengError NOT_VERIFIED_BEFORE */
  async subscribe(number: string): Promise<Subscription> {
    return this.call<Subscription>({ method: 'POST', path: '/api/v1/subscriptions', body: { number } });
  }

  /** They are told no more. @throws ZhichengError NOT_FOUND */
  async unsubscribe(id: string): Promise<void> {
    await this.call<undefined>({ method: 'DELETE', path: `/api/v1/subscriptions/${encodeURIComponent(id)}` });
  }

  /** Every change that was or will be told, after that sequence: for whoever has no webhook, or missed something. */
  async events({ after = 0, limit = 100 }: { after?: number; limit?: number } = {}): Promise<EventPage> {
    return this.call<EventPage>({ method: 'GET', path: `/api/v1/events?after=${after}&limit=${limit}` });
  }

  /** Those events are sent again under their ids. */
  async replay(
    some: { readonly after: number } | { readonly ids: readonly string[] },
  ): Promise<{ readonly count: number }> {
    return this.call({ method: 'POST', path: '/api/v1/events/replay', body: some });
  }

  /**
   * Any operation of the API, signed. What was held up or lost on the way is sent again, signed anew, under the same Idempotency-Key.
   * @returns the JSON answer; undefined when it is empty
   * @throws ZhichengError; TypeError when the service could not be reached at all
   */
  async call<T>(call: Call): Promise<T> {
    const key = call.idempotencyKey ?? (call.method === 'POST' ? randomUUID() : undefined);
    const { tries = TRIES, longestWaitSeconds = LONGEST_WAIT_SECONDS, pause = wait } = this.#options;
    for (let tried = 1; ; tried += 1) {
      const outcome = await this.#sent<T>(call, key);
      if ('answer' in outcome) return outcome.answer;
      const { error, isTemporary } = outcome;
      const asked = error instanceof ZhichengError ? error.retryAfterSeconds : undefined;
      const seconds = asked ?? FIRST_WAIT_SECONDS * 2 ** (tried - 1);
      if (!isTemporary || tried >= tries || seconds > longestWaitSeconds) throw error;
      await pause(seconds * 1000);
    }
  }

  async #sent<T>(
    { method, path, body }: Call,
    idempotencyKey: string | undefined,
  ): Promise<{ answer: T } | { error: unknown; isTemporary: boolean }> {
    const { fetch: send = fetch, timeoutMs = TIMEOUT_MS } = this.#options;
    const content = body === undefined ? '' : JSON.stringify(body);
    const headers = this.#headers({ method, path, content, idempotencyKey });
    try {
      const response = await send(this.#origin + path, {
        method,
        headers,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
        ...(content === '' ? {} : { body: content }),
      });
      const text = await response.text();
      if (response.ok) return { answer: (text === '' ? undefined : JSON.parse(text)) as T };
      const error = new ZhichengError(response.status, problemIn(text), retryAfterIn(response));
      const isTemporary = REPEATED_STATUSES.has(response.status) || error.code === 'IDEMPOTENCY_IN_PROGRESS';
      return { error, isTemporary };
    } catch (error) {
      return { error, isTemporary: true }; // the connection: the request may have come through, the key makes it one
    }
  }

  /** Covered are method, target, content and Idempotency-Key, and nothing else. */
  #headers(asked: {
    method: string;
    path: string;
    content: string;
    idempotencyKey: string | undefined;
  }): Record<string, string> {
    const { method, path, content, idempotencyKey } = asked;
    const { clientId, clock = now } = this.#options;
    const digest = `sha-256=:${createHash('sha256').update(content).digest('base64')}:`;
    const covered: readonly (readonly [string, string])[] = [
      ['@method', method],
      ['@target-uri', this.#origin + path],
      ['content-digest', digest],
      ...(idempotencyKey === undefined ? [] : ([['idempotency-key', idempotencyKey]] as const)),
    ];
    const nonce = randomBytes(18).toString('base64url');
    const names = covered.map(([name]) => `"${name}"`).join(' ');
    const params = `(${names});created=${clock()};nonce="${nonce}";keyid="${clientId}";alg="${algorithmOf(this.#key)}"`;
    const base = [...covered.map(([name, value]) => `"${name}": ${value}`), `"@signature-params": ${params}`];
    return {
      accept: 'application/json',
      ...(content === '' ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      'content-digest': digest,
      'signature-input': `zc=${params}`,
      signature: `zc=:${signatureOf(this.#key, base.join('\n')).toString('base64')}:`,
    };
  }
}

/** The notification is not the service's, not for this secret, altered, or too old. */
export class WebhookRefused extends Error {
  constructor(why: string) {
    super(`webhook refused: ${why}`);
    this.name = 'WebhookRefused';
  }
}

const WEBHOOK_TOLERANCE_SECONDS = 300;

/**
 * The event of a notification that is the service's (Standard Webhooks, scheme v1), for the handler of a web server. An id that was seen
 * before is the same event again: answer 2xx and leave it.
 * @param headers as the web server gives them, names in lower case
 * @param body exactly as it was sent, before any parsing
 * @param secret `whsec_…`; while it is being changed, whichever of the two
 * @throws WebhookRefused
 */
export function verifyWebhook(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  body: string | Uint8Array,
  secret: string,
): WebhookEvent {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(name => {
    const value = headers[name];
    if (typeof value !== 'string' || value === '') throw new WebhookRefused(`no header ${name}`);
    return value;
  }) as [string, string, string];
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookRefused('no time');
  if (Math.abs(now() - Number(timestamp)) > WEBHOOK_TOLERANCE_SECONDS)
    throw new WebhookRefused('too old or too new');
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  if (key.length < 24) throw new TypeError('verifyWebhook: expected the secret, whsec_…');
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest();
  const isOne = signatures.split(' ').some(each => isSignature(each, expected));
  if (!isOne) throw new WebhookRefused('no signature fits');
  return JSON.parse(text) as WebhookEvent; // the service's own words
}

function isSignature(text: string, expected: Buffer): boolean {
  if (!text.startsWith('v1,')) return false;
  const given = Buffer.from(text.slice('v1,'.length), 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function algorithmOf(key: KeyObject): 'ed25519' | 'ecdsa-p256-sha256' {
  if (key.type === 'private' && key.asymmetricKeyType === 'ed25519') return 'ed25519';
  const isP256 = key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  if (key.type === 'private' && isP256) return 'ecdsa-p256-sha256';
  throw new TypeError('ZhichengClient: expected a private key, Ed25519 or P-256');
}

function signatureOf(key: KeyObject, text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return algorithmOf(key) === 'ed25519'
    ? sign(null, bytes, key)
    : sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' });
}

/** What a gateway answers instead of the service may be anything. */
function problemIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // no JSON: told by the status alone
  }
  return {};
}

function retryAfterIn(response: Response): number | undefined {
  const text = response.headers.get('retry-after') ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

async function wait(ms: number): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, ms));
}
