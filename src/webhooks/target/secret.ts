/** The secret that a client checks notifications by, and the signatures made with it (Standard Webhooks 1.0.0, scheme v1). */
import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Instant } from '../../shared/time.ts';

const SECRET_BYTES = 32;

/** `whsec_` and 32 random bytes in base64. */
export function newSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

export interface SignedMessage {
  readonly id: string;
  readonly at: Instant;
  readonly body: string;
}

/** Headers by which the receiver knows the message for ours: one signature for each secret that is good at that instant. */
export function signedHeaders(
  { id, at, body }: SignedMessage,
  secrets: readonly string[],
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const signatures = secrets.map(secret => new Webhook(secret).sign(id, new Date(at * 1000), body));
  return {
    'webhook-id': id,
    'webhook-timestamp': String(at),
    'webhook-signature': signatures.join(' '),
  };
}
