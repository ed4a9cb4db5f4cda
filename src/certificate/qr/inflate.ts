/**
 * Bounded decompression of the text values of a code. Pure.
 * A code has at most 830 bytes, and the output buffer has a fixed size: a deflate bomb costs a few milliseconds, no memory.
 */
import { fromUtf8 } from '../../shared/bytes.ts';
import { inflateSync } from 'fflate';

/** Upper bound of the text values after decompression, in bytes. */
export const MAX_INFLATED_BYTES = 16_384;
/** Shortest final DEFLATE block: three bits of header and seven of end-of-block. */
const MIN_DEFLATED_BYTES = 2;

/**
 * The text in these bytes of raw DEFLATE (RFC 1951), or undefined unless they are one final block, used to the last byte,
 * of well-formed UTF-8 of at most MAX_INFLATED_BYTES. A wrong dictionary gives a wrong text, which the signature catches.
 */
export function inflatedText(deflated: Uint8Array, dictionary: Uint8Array): string | undefined {
  const [first = 0] = deflated;
  // the lowest bit of the first byte says that this block is the last one
  if (deflated.length < MIN_DEFLATED_BYTES || first % 2 === 0) return undefined;
  // a block that is complete without its last byte is followed by a byte that means nothing
  if (inflated(deflated.subarray(0, -1), dictionary) !== undefined) return undefined;
  const text = inflated(deflated, dictionary);
  return text === undefined || text.length > MAX_INFLATED_BYTES ? undefined : fromUtf8(text);
}

/** Room for every text in turn, each read before the next is written; one byte more than allowed shows that there was more. */
const room = new Uint8Array(MAX_INFLATED_BYTES + 1);

function inflated(deflated: Uint8Array, dictionary: Uint8Array): Uint8Array | undefined {
  const { stackTraceLimit } = errors;
  // every code of ours fails once, without its last byte; the stack that nobody reads would cost more than inflating
  errors.stackTraceLimit = 0;
  try {
    // fflate writes nothing beyond a given buffer
    return inflateSync(deflated, { dictionary, out: room });
  } catch {
    // FlateError for ill-formed input, RangeError for a stored block larger than the buffer
    return undefined;
  } finally {
    errors.stackTraceLimit = stackTraceLimit;
  }
}

/** Depth to which V8 writes down where an error came from; other engines do not know it. */
const errors: ErrorConstructor & { stackTraceLimit?: number | undefined } = Error;
