import test from 'ava';
import { fieldCipher } from '../../src/db/field-cipher.ts';
import {
  CHALLENGE_LIFE_SECONDS,
  demandSolved,
  newChallenge,
  zeroBitsOf,
} from '../../src/lookups/challenge.ts';
import { DomainError } from '../../src/shared/errors.ts';
import { anAct, JULY_30 } from '../support/bureau.ts';
import { failing, solve } from './asking.ts';

const BITS = 6;
const ID = 'ab'.repeat(16);
const OURS = { cipher: fieldCipher(new Uint8Array(32).fill(1)), ids: () => ID };
const THEIRS = { cipher: fieldCipher(new Uint8Array(32).fill(2)), ids: () => ID };

function taken(challenge: string, nonce: string, at = JULY_30): string {
  try {
    return demandSolved(OURS, anAct(at), { challenge, nonce }).id;
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

test('a challenge of ours with a nonce that meets it is taken until it ends', t => {
  const challenge = newChallenge(OURS, anAct(), BITS);
  const nonce = solve(challenge, BITS);

  t.is(taken(challenge, nonce), ID);
  t.is(taken(challenge, nonce, JULY_30 + CHALLENGE_LIFE_SECONDS - 1), ID);
  t.is(taken(challenge, nonce, JULY_30 + CHALLENGE_LIFE_SECONDS), 'CHALLENGE_INVALID');
});

test('a nonce that does not meet the challenge is refused', t => {
  const challenge = newChallenge(OURS, anAct(), BITS);

  t.is(taken(challenge, failing(challenge, BITS)), 'CHALLENGE_INVALID');
});

test('nobody makes a challenge, an easier one or a longer one of their own', t => {
  const ours = newChallenge(OURS, anAct(), BITS);
  const forged: Record<string, string> = {
    'of another key': newChallenge(THEIRS, anAct(), 0),
    'easier by itself': ours.replace(`.${BITS}.`, '.0.'),
    'longer by itself': ours.replace(String(JULY_30 + CHALLENGE_LIFE_SECONDS), String(JULY_30 + 9999)),
    'of another id': ours.replace(ID, 'cd'.repeat(16)),
    'without a seal': ours.slice(0, ours.lastIndexOf('.')),
    empty: '',
    'another spelling': `${ours} `,
  };

  for (const [name, challenge] of Object.entries(forged))
    t.is(taken(challenge, solve(challenge, BITS)), 'CHALLENGE_INVALID', name);
});

test('zero bits are counted from the first bit', t => {
  const cases: readonly [bytes: readonly number[], bits: number][] = [
    [[0xff, 0], 0],
    [[0x7f, 0], 1],
    [[0x01, 0xff], 7],
    [[0, 0x80], 8],
    [[0, 0x3f], 10],
    [[0, 0], 16],
  ];

  for (const [bytes, bits] of cases) t.is(zeroBitsOf(new Uint8Array(bytes)), bits, String(bytes));
});
