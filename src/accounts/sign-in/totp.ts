/** One-time passwords by time (RFC 6238): SHA-1, six digits, thirty seconds, as every authenticator app knows them. Pure. */
import { Secret, TOTP } from 'otpauth';
import type { Instant } from '../../shared/time.ts';

const PERIOD_SECONDS = 30;
const SECRET_BYTES = 20;
/** RFC 6238 §5.2: one step before and after, for clocks that differ. */
const WINDOW = 1;
const ISSUER = '职证';

/** A new secret in Base32. @param random a uniform whole number below the limit */
export function newTotpSecret(random: (below: number) => number): string {
  const bytes = Uint8Array.from({ length: SECRET_BYTES }, () => random(256));
  return new Secret({ buffer: bytes.buffer }).base32;
}

/** The time step that the code belongs to, when it is right now or one step off; it may have been used before. */
export function totpStepOf(secret: string, { code, at }: { code: string; at: Instant }): number | undefined {
  const delta = totpOf(secret).validate({ token: code, timestamp: at * 1000, window: WINDOW });
  return delta === null ? undefined : Math.floor(at / PERIOD_SECONDS) + delta;
}

/** The code of that instant. */
export function totpCodeAt(secret: string, at: Instant): string {
  return totpOf(secret).generate({ timestamp: at * 1000 });
}

/** What an authenticator app scans. */
export function totpUri(secret: string, login: string): string {
  return totpOf(secret, login).toString();
}

function totpOf(secret: string, label = ''): TOTP {
  return new TOTP({
    issuer: ISSUER,
    label,
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD_SECONDS,
    secret: Secret.fromBase32(secret),
  });
}
