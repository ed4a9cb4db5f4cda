/**
 * Work before a question (R33: a challenge first): a text of ours, for which the asker finds a nonce so that SHA-256 of
 * `challenge.nonce` begins with so many zero bits. Made without keeping anything; checked by two hashes; good for one question.
 */
import { createHash } from 'node:crypto';
import { isSame } from '../accounts/sessions/session.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import type { Instant } from '../shared/time.ts';
import type { World } from '../world.ts';

export const CHALLENGE_LIFE_SECONDS = 300;

/** A challenge that was met and has to be remembered until it ends, so that it is met once. */
export interface Solved {
  readonly id: string;
  readonly endsAt: Instant;
}

/** @returns `id.end.bits.mac`, of at most 120 ASCII characters */
export function newChallenge(world: Pick<World, 'cipher' | 'ids'>, act: Act, difficultyBits: number): string {
  const said = `${world.ids()}.${act.at + CHALLENGE_LIFE_SECONDS}.${difficultyBits}`;
  return `${said}.${macOf(world, said)}`;
}

const SHAPE = /^(([0-9a-f]{32})\.(\d{1,12})\.(\d{1,3}))\.([0-9a-f]{64})$/;

/**
 * Whether it was spent before is for the database to say.
 * @throws DomainError CHALLENGE_INVALID for a text that is not ours or is over, or a nonce that does not meet it
 */
export function demandSolved(
  world: Pick<World, 'cipher'>,
  act: Act,
  { challenge, nonce }: { challenge: string; nonce: string },
): Solved {
  const [, said = '', id = '', end = '', bits = '', mac = ''] = SHAPE.exec(challenge) ?? [];
  const isOurs = isSame(mac, macOf(world, said));
  const endsAt = Number(end);
  if (!isOurs || act.at >= endsAt) throw challengeInvalid();
  if (zeroBitsOf(digestOf(challenge, nonce)) < Number(bits)) throw challengeInvalid();
  return { id, endsAt };
}

export function challengeInvalid(): DomainError {
  return new DomainError('CHALLENGE_INVALID', '本次验证已失效或未通过，请刷新后重新提交。');
}

/** SHA-256 of the two, joined by a full stop. */
export function digestOf(challenge: string, nonce: string): Uint8Array {
  return createHash('sha256').update(`${challenge}.${nonce}`).digest();
}

/** Zero bits at the beginning. */
export function zeroBitsOf(digest: Uint8Array): number {
  const whole = digest.findIndex(byte => byte !== 0);
  return whole === -1 ? digest.length * 8 : whole * 8 + Math.clz32(digest[whole] ?? 0) - 24;
}

function macOf({ cipher }: Pick<World, 'cipher'>, said: string): string {
  return cipher.indexOf(said, 'lookups.challenge');
}
