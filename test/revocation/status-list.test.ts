import { deflateSync, gzipSync } from 'node:zlib';
import test from 'ava';
import { LIST_ENTRIES, bitAt, bitsOf, decodeBits, encodeBits } from '../../src/revocation/status-list.ts';
import { gunzipBounded } from '../../src/shared/bytes.ts';

/** Not a figure: only that nothing hangs on a busy machine; figures live in the bench. */
const HANG_MS = 5000;

const LIST_BYTES = LIST_ENTRIES / 8;
const noise = Uint8Array.from({ length: LIST_BYTES }, (_, place) => (place * 2_654_435_761) >>> 13);
const encoded = (bytes: Uint8Array): string => `u${Buffer.from(bytes).toString('base64url')}`;

// Bitstring Status List 1.0 §3.2: index 0 is the left-most bit
for (const [place, byte, value] of [
  [0, 0, 0x80],
  [7, 0, 0x01],
  [8, 1, 0x80],
  [131_071, 16_383, 0x01],
] as const) {
  test(`place ${place} is bit ${value.toString(2)} of byte ${byte}, and nothing else is set`, t => {
    const bits = bitsOf([place]);

    t.is(bits[byte], value);
    t.is(
      bits.reduce((sum, one) => sum + one, 0),
      value,
    );
    t.deepEqual(
      Array.from({ length: LIST_ENTRIES }, (_, at) => at).filter(at => bitAt(bits, at)),
      [place],
    );
  });
}

test('places outside the list are an error, never a bit', t => {
  for (const place of [-1, 131_072, 0.5, Number.NaN, Infinity, 2 ** 53, 2 ** 32]) {
    t.throws(() => bitsOf([place]), { instanceOf: RangeError }, String(place));
    t.throws(() => bitAt(bitsOf([]), place), { instanceOf: RangeError }, String(place));
  }
});

test('bits come back from their encoding as they were, empty, full or random', t => {
  for (const bits of [bitsOf([]), new Uint8Array(LIST_BYTES).fill(255), noise, bitsOf([3, 70_000])]) {
    t.deepEqual(decodeBits(encodeBits(bits)), bits);
  }
});

test('another gzip implementation reads what we encode, and the other way round', t => {
  t.deepEqual(decodeBits(encoded(gzipSync(noise))), noise);
});

const good = gzipSync(noise);
const zeros = gzipSync(new Uint8Array(64 * 1024 * 1024), { level: 9 });
const lying = Buffer.from(zeros);
lying.writeUInt32LE(LIST_BYTES, lying.length - 4);
const flipped = Buffer.from(good);
flipped.writeUInt32LE((flipped.readUInt32LE(flipped.length - 8) ^ 1) >>> 0, flipped.length - 8);
const BAD: Readonly<Record<string, string>> = {
  'a bomb of 64 MiB zeros': encoded(zeros),
  'a bomb that lies about its size': encoded(lying),
  'two members': encoded(Buffer.concat([good, good])),
  'an empty member behind it': encoded(Buffer.concat([good, gzipSync(new Uint8Array(0))])),
  'junk before the trailer': encoded(
    Buffer.concat([good.subarray(0, -8), Buffer.alloc(5), good.subarray(-8)]),
  ),
  'junk after the trailer': encoded(Buffer.concat([good, Buffer.alloc(3)])),
  'its end cut off': encoded(good.subarray(0, -9)),
  'its half cut off': encoded(good.subarray(0, good.length / 2)),
  'only its header': encoded(good.subarray(0, 10)),
  'a bad CRC': encoded(flipped),
  'zlib instead of gzip': encoded(deflateSync(noise)),
  'no compression at all': encoded(noise),
  'one byte less': encoded(gzipSync(noise.subarray(1))),
  'one byte more': encoded(gzipSync(Buffer.concat([noise, Buffer.alloc(1)]))),
  'no multibase letter': encoded(good).slice(1),
  'another multibase letter': `z${encoded(good).slice(1)}`,
  padding: `${encoded(gzipSync(new Uint8Array(LIST_BYTES)))}=`,
  nothing: '',
  'only the letter': 'u',
};
for (const [name, text] of Object.entries(BAD)) {
  test(`an encoded list with ${name} is refused quickly`, t => {
    const began = performance.now();

    t.is(decodeBits(text), undefined);
    t.true(performance.now() - began < HANG_MS);
  });
}

// T12: a bomb must cost no more than the list itself
test('a bomb is met after one slice and costs under 8 MiB', t => {
  gunzipBounded(lying, LIST_BYTES);
  const before = process.memoryUsage();
  const began = performance.now();

  t.is(gunzipBounded(lying, LIST_BYTES), undefined);
  const took = performance.now() - began;
  const after = process.memoryUsage();

  t.true(took < HANG_MS, `${took} ms`);
  t.true(after.rss - before.rss < 8 * 1024 * 1024, `${after.rss - before.rss} bytes`);
});
