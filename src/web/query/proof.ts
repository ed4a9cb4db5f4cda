/**
 * The work before a question, done on the asker's device: a nonce so that SHA-256 (FIPS 180-4) of `challenge.nonce` begins with so many zero
 * bits. Own SHA-256, because Web Cryptography answers each digest by a promise, and because all but the last block of the text is always
 * the same and is computed once. Pure.
 */

/** Told this often, in tries. */
const REPORT_EVERY = 16_384;

/** The first nonce from 0 that meets the challenge; tells how many were tried, now and then. */
export function prove(challenge: string, difficultyBits: number, report: (tries: number) => void): string {
  const encoder = new TextEncoder();
  const head = headOf(encoder.encode(`${challenge}.`));
  for (let nonce = 0; ; nonce += 1) {
    if (nonce > 0 && nonce % REPORT_EVERY === 0) report(nonce);
    const text = String(nonce);
    if (zeroBitsOf(digestAfter(head, encoder.encode(text))) >= difficultyBits) return text;
  }
}

/** SHA-256 of those bytes, as eight words. */
export function sha256(bytes: Uint8Array): Uint32Array {
  return digestAfter(headOf(bytes), new Uint8Array(0));
}

/** Zero bits at the beginning. */
export function zeroBitsOf(words: Uint32Array): number {
  const whole = words.findIndex(word => word !== 0);
  return whole === -1 ? words.length * 32 : whole * 32 + Math.clz32(words[whole] ?? 0);
}

/** How likely it is, from 0 to below 1, that so many tries would have met the challenge. */
export function progressAt(tries: number, difficultyBits: number): number {
  return 1 - Math.exp(-tries / 2 ** difficultyBits);
}

const BLOCK_BYTES = 64;
const LENGTH_BYTES = 8;

/** The state after the whole blocks of a text, and what is left of it. */
interface Head {
  readonly state: Uint32Array;
  readonly rest: Uint8Array;
  readonly length: number;
}

function headOf(bytes: Uint8Array): Head {
  const state = Uint32Array.from(INITIAL);
  const whole = bytes.length - (bytes.length % BLOCK_BYTES);
  for (let at = 0; at < whole; at += BLOCK_BYTES) compress(state, bytes.subarray(at, at + BLOCK_BYTES));
  return { state, rest: bytes.slice(whole), length: bytes.length };
}

/** Pads by §5.1.1: one set bit, zeros, and the length in bits as 64 bits. */
function digestAfter({ state, rest, length }: Head, end: Uint8Array): Uint32Array {
  const filled = rest.length + end.length;
  const padded = new Uint8Array(Math.ceil((filled + 1 + LENGTH_BYTES) / BLOCK_BYTES) * BLOCK_BYTES);
  padded.set(rest);
  padded.set(end, rest.length);
  padded[filled] = 0x80;
  new DataView(padded.buffer).setUint32(padded.length - 4, (length + end.length) * 8); // texts here are far below 2³² bits
  const digest = state.slice();
  for (let at = 0; at < padded.length; at += BLOCK_BYTES)
    compress(digest, padded.subarray(at, at + BLOCK_BYTES));
  return digest;
}

const schedule = new Int32Array(64);

/** One block into the state (§6.2.2). Plain assignments: this is the one place that has to be quick. */
function compress(state: Uint32Array, block: Uint8Array): void {
  const w = expanded(block);
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let t = 0; t < 64; t += 1) {
    const big1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const one = (h + big1 + ((e & f) ^ (~e & g)) + (ROUND[t] ?? 0) + (w[t] ?? 0)) | 0;
    const big0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
    const two = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  const parts = [a, b, c, d, e, f, g, h];
  for (let at = 0; at < 8; at += 1) state[at] = (state[at] ?? 0) + (parts[at] ?? 0);
}

/** The block's sixteen words and the forty-eight made of them (§6.2.2, step 1). */
function expanded(block: Uint8Array): Int32Array {
  const w = schedule;
  for (let t = 0; t < 16; t += 1) {
    const at = 4 * t;
    w[t] =
      ((block[at] ?? 0) << 24) |
      ((block[at + 1] ?? 0) << 16) |
      ((block[at + 2] ?? 0) << 8) |
      (block[at + 3] ?? 0);
  }
  for (let t = 16; t < 64; t += 1) {
    const x = w[t - 15] ?? 0;
    const y = w[t - 2] ?? 0;
    const small0 = turned(x, 7) ^ turned(x, 18) ^ (x >>> 3);
    const small1 = turned(y, 17) ^ turned(y, 19) ^ (y >>> 10);
    w[t] = (w[t - 16] ?? 0) + small0 + (w[t - 7] ?? 0) + small1;
  }
  return w;
}

function turned(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

/** §5.3.3: fractional parts of the square roots of the first 8 primes. */
const INITIAL = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
] as const;

/** §4.2.2: fractional parts of the cube roots of the first 64 primes. */
const ROUND = Int32Array.from(
  (
    '428a2f98 71374491 b5c0fbcf e9b5dba5 3956c25b 59f111f1 923f82a4 ab1c5ed5 ' +
    'd807aa98 12835b01 243185be 550c7dc3 72be5d74 80deb1fe 9bdc06a7 c19bf174 ' +
    'e49b69c1 efbe4786 0fc19dc6 240ca1cc 2de92c6f 4a7484aa 5cb0a9dc 76f988da ' +
    '983e5152 a831c66d b00327c8 bf597fc7 c6e00bf3 d5a79147 06ca6351 14292967 ' +
    '27b70a85 2e1b2138 4d2c6dfc 53380d13 650a7354 766a0abb 81c2c92e 92722c85 ' +
    'a2bfe8a1 a81a664b c24b8b70 c76c51a3 d192e819 d6990624 f40e3585 106aa070 ' +
    '19a4c116 1e376c08 2748774c 34b0bcb5 391c0cb3 4ed8aa4a 5b9cca4f 682e6ff3 ' +
    '748f82ee 78a5636f 84c87814 8cc70208 90befffa a4506ceb bef9a3f7 c67178f2'
  ).split(' '),
  hex => parseInt(hex, 16),
);
