/**
 * The audit chain's noun: what one entry says and the text its hash covers. Each entry binds the one before it, so nothing
 * can be altered, removed or slipped in without every later hash failing. Pure; hashing and storing are in record.ts, store.ts.
 */
import type { Instant } from '../shared/time.ts';

/** What a verb tells the audit: an action word and what it happened to; no personal data. */
export interface AuditFact {
  /** Such as `roster.taken`, `certificate.signed`. */
  readonly action: string;
  /** What it happened to: a certificate number, an application id, a key id, a month. */
  readonly subject: string;
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
}

export interface AuditEntry {
  /** 1, 2, 3, … without gaps. */
  readonly seq: number;
  readonly at: Instant;
  readonly actor: string;
  readonly requestId: string;
  readonly action: string;
  readonly subject: string;
  /** JSON object text. */
  readonly detail: string;
  readonly previousHash: string;
  readonly hash: string;
}

/** Hash before the first entry. */
export const GENESIS_HASH = '0'.repeat(64);

/** The UTF-8 text whose SHA-256 (hex) is the entry's hash: a JSON array, so no field can bleed into its neighbour. */
export function hashedText(entry: Omit<AuditEntry, 'hash'>): string {
  const { seq, at, actor, requestId, action, subject, detail, previousHash } = entry;
  return JSON.stringify([seq, at, actor, requestId, action, subject, detail, previousHash]);
}
