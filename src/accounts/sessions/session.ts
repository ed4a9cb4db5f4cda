/**
 * A session: how long it lives, the token its bearer shows, and the same-site proof made of that token. Pure. Only the token's hash is
 * ever stored: a reader of the database cannot sign in with what stands there.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Instant } from '../../shared/time.ts';
import type { AccountKind } from '../role.ts';

export interface Session {
  /** SHA-256 of the token, hex. */
  readonly id: string;
  readonly accountId: string;
  readonly createdAt: Instant;
  /** Known to the minute. */
  readonly seenAt: Instant;
  readonly endsAt: Instant;
  readonly endedAt: Instant | undefined;
  /** What the browser calls itself, at most 200 characters. */
  readonly agent: string;
}

export const COOKIE = 'zc_session';
/** Whole life of a session: a working day for staff, one visit for holders. */
export const LIFE_SECONDS: Readonly<Record<AccountKind, number>> = { staff: 12 * 3600, holder: 2 * 3600 };
/** Without a request for so long, it is over. */
export const IDLE_SECONDS = 30 * 60;
/** `seenAt` is written at most this often. */
export const SEEN_EVERY_SECONDS = 60;
export const TOKEN_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** True while the session can be used: not ended, not too old, not idle. */
export function isLive(session: Session, at: Instant): boolean {
  return session.endedAt === undefined && at < session.endsAt && at < session.seenAt + IDLE_SECONDS;
}

/** Under what the session is stored. */
export function sessionIdOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** How a person names one of their sessions; neither token nor stored hash can be made of it. */
export function publicIdOf(sessionId: string): string {
  return createHash('sha256').update(sessionId).digest('hex').slice(0, 32);
}

/** The same-site proof that belongs to the token: another site can neither read nor guess it. */
export function csrfTokenOf(token: string): string {
  return createHash('sha256').update(`csrf\n${token}`).digest('base64url');
}

/** Compares without telling by time how much was right. */
export function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The session's token in a Cookie header (RFC 6265 §4.2); none when it is not one that this service gave. */
export function tokenIn(cookieHeader: string): string | undefined {
  for (const pair of cookieHeader.split(';')) {
    const [name, value = ''] = pair.trim().split('=');
    if (name === COOKIE) return TOKEN.test(value) ? value : undefined;
  }
  return undefined;
}

/**
 * The Set-Cookie line (RFC 6265bis). Without Expires, which would be the server's clock in the browser's hands.
 * @param token undefined: the browser forgets it
 */
export function cookieLine(
  token: string | undefined,
  { maxAgeSeconds, secure }: { maxAgeSeconds: number; secure: boolean },
): string {
  const life = token === undefined ? 0 : maxAgeSeconds;
  return `${COOKIE}=${token ?? ''}; Path=/; Max-Age=${life}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}
