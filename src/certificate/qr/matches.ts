/**
 * Where a text repeats itself or its dictionary: for every place and every length, the nearest earlier occurrence.
 * Pure. Serves the compression at issue (deflate.ts); texts of a few hundred bytes, dictionaries of at most 32 kB.
 */

/** Every place of a dictionary by the three bytes that begin there, in rising order. */
export interface DictionaryIndex {
  readonly bytes: Uint8Array;
  readonly places: ReadonlyMap<number, readonly number[]>;
}

/** Distances by length, from MIN_LENGTH upwards as far as the text occurs earlier; they never fall. */
export type NearestByLength = readonly number[];

/** RFC 1951 §2: limits of a match. */
export const MIN_LENGTH = 3;
const MAX_LENGTH = 258;
const MAX_DISTANCE = 32_768;

/** Dictionaries are few and frozen, so each is indexed once. */
const INDEXES = new WeakMap<Uint8Array, DictionaryIndex>();

/** The index of this dictionary, which nobody may change afterwards. */
export function indexOf(dictionary: Uint8Array): DictionaryIndex {
  const known = INDEXES.get(dictionary);
  if (known !== undefined) return known;
  const places = new Map<number, number[]>();
  for (let place = 0; place + MIN_LENGTH <= dictionary.length; place++)
    add(places, keyAt(dictionary, place), place);
  const index = { bytes: dictionary, places };
  INDEXES.set(dictionary, index);
  return index;
}

/** Calls `visit` for each place of the text in rising order, with the matches that begin there. */
export function findMatches(
  text: Uint8Array,
  index: DictionaryIndex,
  visit: (place: number, nearest: NearestByLength) => void,
): void {
  const all = new Uint8Array(index.bytes.length + text.length);
  all.set(index.bytes);
  all.set(text, index.bytes.length);
  const own = new Map<number, number[]>();
  for (let place = 0; place < text.length; place++) {
    const at = index.bytes.length + place;
    if (place + MIN_LENGTH > text.length) {
      visit(place, []);
      continue;
    }
    const key = keyAt(all, at);
    const candidates = [own.get(key) ?? [], index.places.get(key) ?? []];
    visit(place, nearestByLength(all, at, candidates));
    add(own, key, at);
  }
}

/** Candidates come as lists in rising order, the list of the nearest first. */
function nearestByLength(
  all: Uint8Array,
  at: number,
  candidates: readonly (readonly number[])[],
): NearestByLength {
  const nearest: number[] = [];
  const longest = Math.min(MAX_LENGTH, all.length - at);
  const most = longest - MIN_LENGTH + 1;
  for (const places of candidates) {
    for (let turn = places.length - 1; turn >= 0 && nearest.length < most; turn--) {
      const from = places[turn] ?? 0;
      if (at - from > MAX_DISTANCE) break;
      // no longer than the best so far, as its next byte differs
      const next = MIN_LENGTH + nearest.length - 1;
      if (all[from + next] !== all[at + next]) continue;
      const length = commonLength(all, { from, at, longest });
      while (nearest.length + MIN_LENGTH <= length) nearest.push(at - from);
    }
  }
  return nearest;
}

function commonLength(all: Uint8Array, span: { from: number; at: number; longest: number }): number {
  let length = 0;
  while (length < span.longest && all[span.from + length] === all[span.at + length]) length += 1;
  return length;
}

function keyAt(bytes: Uint8Array, place: number): number {
  return ((bytes[place] ?? 0) << 16) | ((bytes[place + 1] ?? 0) << 8) | (bytes[place + 2] ?? 0);
}

function add(places: Map<number, number[]>, key: number, place: number): void {
  const known = places.get(key);
  if (known === undefined) places.set(key, [place]);
  else known.push(place);
}
