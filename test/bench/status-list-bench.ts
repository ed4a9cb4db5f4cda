/**
 * Status lists: how long one takes to build and sign, and whether the places that are given tell anything. Places come from the allocator
 * itself, on each engine: chi-square against an even spread, and correlation of each place with the next (reliability T16).
 */
import { randomInt } from 'node:crypto';
import { inTransaction } from '../../src/db/tx.ts';
import { takePlaces } from '../../src/revocation/places.ts';
import { signedList } from '../../src/revocation/publish.ts';
import { ensureRoom } from '../../src/revocation/room.ts';
import { bitsOf, LIST_ENTRIES } from '../../src/revocation/status-list.ts';
import type { World } from '../../src/world.ts';
import { anAct, JULY_30 } from '../support/bureau.ts';
import { onEngines } from './engines.ts';

const ROUNDS = 50;
const CHUNK = 50;
/** Cells of the chi-square: of 10,000 places some 39 fall into each. */
const CELLS = 256;

/** Rows of figures for that many places on each engine that is there. */
export async function statusListBench(count: number): Promise<readonly string[]> {
  return onEngines(async (engine, world) => {
    await ensureRoom(world, anAct(), 1);
    const since = performance.now();
    const places = await allocated(world, count);
    const each = (performance.now() - since) / count;
    return [
      `${engine}:`,
      ...(engine === 'SQLite' ? await buildRows(world) : []), // no database is in it
      `  ${count} places in chunks of ${CHUNK}, ${each.toFixed(2)} ms each`,
      ...spreadRows(places),
    ];
  });
}

/** In the order of issue. */
async function allocated(world: World, count: number): Promise<readonly number[]> {
  const places: number[] = [];
  while (places.length < count) {
    const owners = Array.from({ length: Math.min(CHUNK, count - places.length) }, (_, at) => ({
      number: `B122021${String(places.length + at).padStart(6, '0')}`,
      version: 1,
    }));
    const { indexes } = await inTransaction(world.db, async tx => takePlaces(tx, world, owners));
    places.push(...indexes);
  }
  return places;
}

async function buildRows(world: World): Promise<readonly string[]> {
  const rows: string[] = [];
  for (const percent of [0, 1, 10, 50]) {
    const set = new Set<number>();
    while (set.size < (LIST_ENTRIES * percent) / 100) set.add(randomInt(LIST_ENTRIES));
    const times: number[] = [];
    let size = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const since = performance.now();
      const content = { purpose: 'revocation', list: 1, version: 1, signedAt: JULY_30 } as const;
      size = (await signedList(world, { ...content, bits: bitsOf(set) })).length;
      times.push(performance.now() - since);
    }
    times.sort((one, other) => one - other);
    const at = (share: number): string => (times[Math.floor((times.length - 1) * share)] ?? 0).toFixed(1);
    rows.push(
      `  a list of ${LIST_ENTRIES} with ${percent} % set, built and signed: median ${at(0.5)} ms, 95 % ${at(0.95)} ms (≤ 100), longest ${at(1)} ms, ${(size / 1024).toFixed(1)} KiB`,
    );
  }
  return rows;
}

function spreadRows(places: readonly number[]): readonly string[] {
  const cells = new Array<number>(CELLS).fill(0);
  for (const place of places) {
    const cell = Math.floor((place * CELLS) / LIST_ENTRIES);
    cells[cell] = (cells[cell] ?? 0) + 1;
  }
  const expected = places.length / CELLS;
  const chi = cells.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
  const repeats = places.length - new Set(places).size;
  const correlation = [1, 2, 7].map(lag => `${lag}: ${serialCorrelation(places, lag).toFixed(4)}`);
  return [
    `  ${repeats} repeats (0) · chi² ${chi.toFixed(1)} of ${CELLS - 1} degrees, p = ${pOf(chi, CELLS - 1).toFixed(3)} (> 0.01)`,
    `  correlation with the place given so many before: ${correlation.join(', ')} (below 0.05)`,
    `  correlation with the order of issue: ${correlate(places, [...places.keys()]).toFixed(4)} (below 0.05)`,
  ];
}

function serialCorrelation(places: readonly number[], lag: number): number {
  return correlate(places.slice(lag), places.slice(0, -lag));
}

/** Pearson's. */
function correlate(one: readonly number[], other: readonly number[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, each) => sum + each, 0) / values.length;
  const [meanOne, meanOther] = [mean(one), mean(other)];
  let [both, squares, others] = [0, 0, 0];
  for (const [place, value] of one.entries()) {
    const [a, b] = [value - meanOne, (other[place] ?? 0) - meanOther];
    both += a * b;
    squares += a * a;
    others += b * b;
  }
  return both / Math.sqrt(squares * others);
}

/** Probability of so large a chi-square by chance: Wilson and Hilferty's cube root, good to three digits from 30 degrees on. */
function pOf(chi: number, degrees: number): number {
  const spread = 2 / (9 * degrees);
  const z = (Math.cbrt(chi / degrees) - (1 - spread)) / Math.sqrt(spread);
  return 1 - normalBelow(z);
}

/** Abramowitz and Stegun 26.2.17. */
function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const weights = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const tail = weights.reduce((sum, weight, power) => sum + weight * t ** (power + 1), 0);
  const beyond = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * tail;
  return z >= 0 ? 1 - beyond : beyond;
}
