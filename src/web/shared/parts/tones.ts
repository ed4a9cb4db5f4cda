/** Which look a state has: whose move it is, and whether it ended well. */
import type { ApplicationSummary, CollectionCertificate } from '../../../shared/shapes/shapes.ts';

export type Tone = 'good' | 'wait' | 'mine' | 'pause' | 'stop' | 'grey';

export function toneOf({ state, turn }: { state: ApplicationSummary['state']; turn: string | null }): Tone {
  if (turn === 'holder') return 'mine';
  switch (state) {
    case 'GENERATED':
      return 'good';
    case 'REJECTED':
      return 'stop';
    case 'WITHDRAWN':
      return 'grey';
    case 'RETURNED':
      return 'pause';
    default:
      return 'wait';
  }
}

const CERTIFICATE_TONES: Readonly<Record<CollectionCertificate['state'] | 'IN_PRODUCTION', Tone>> = {
  IN_PRODUCTION: 'wait',
  VALID: 'good',
  SUSPENDED: 'pause',
  SUPERSEDED: 'grey',
  REVOKED: 'stop',
  CANCELLED: 'stop',
};

/** @param item what is valid on record and refused by every verifier is stopped */
export function certificateTone(item: {
  readonly state: keyof typeof CERTIFICATE_TONES;
  readonly keyRevokedAt?: string;
}): Tone {
  return item.state === 'VALID' && item.keyRevokedAt !== undefined ? 'stop' : CERTIFICATE_TONES[item.state];
}
