import { createHash } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { digestOf, zeroBitsOf } from '../../src/lookups/challenge.ts';
import { progressAt, prove, sha256 } from '../../src/web/query/proof.ts';

test("the page's SHA-256 is Node's, for texts of every length around its blocks", t => {
  const hex = (bytes: Uint8Array): string =>
    [...sha256(bytes)].map(word => word.toString(16).padStart(8, '0')).join('');

  for (let length = 0; length <= 200; length += 1) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 37 + length) & 255);
    t.is(hex(bytes), createHash('sha256').update(bytes).digest('hex'), `${length} bytes`);
  }
});

test('a nonce that the page finds meets the challenge as the service judges it, and is the first that does', t => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[0-9a-f.]{1,160}$/),
      fc.integer({ min: 0, max: 9 }),
      (challenge, bits) => {
        const nonce = prove(challenge, bits, () => undefined);
        const met = (each: number): boolean => zeroBitsOf(digestOf(challenge, String(each))) >= bits;
        const earlier = Array.from({ length: Number(nonce) }, (_, each) => each).some(met);
        return met(Number(nonce)) && !earlier;
      },
    ),
    { numRuns: 200 },
  );
  t.pass();
});

test('the work tells how far it is, rising and never at its end', t => {
  const told: number[] = [];

  const nonce = prove('0123456789abcdef.1627617900.17.aa', 17, tries => told.push(progressAt(tries, 17)));

  t.is(told.length, Math.floor(Number(nonce) / 16_384));
  t.deepEqual(
    told,
    [...told].sort((a, b) => a - b),
  );
  t.true(told.every(share => share > 0 && share < 1));
  t.true(Math.abs(progressAt(2 ** 17, 17) - 0.632) < 0.001);
});
