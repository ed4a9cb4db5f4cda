/**
 * Whether the time of an answer tells if three facts were right (R33): wrong triples and right ones in an order of chance, by the service's
 * own rules but for the asker's work; the difference of the means with its 95 % interval, and the messages that went out.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { applicationsById } from '../../src/applications/store.ts';
import { certificateNumber } from '../../src/certificate/number.ts';
import { addCertificates, type Certificate } from '../../src/certificate/store.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { askLookup } from '../../src/lookups/ask-lookup.ts';
import { newChallenge } from '../../src/lookups/challenge.ts';
import { LOOKUP_RULES } from '../../src/lookups/lookup.ts';
import { recentMessages } from '../../src/messages/enqueue.ts';
import type { World } from '../../src/world.ts';
import { idNumberOf, JULY, JULY_30, someCells, takeIn } from '../support/bureau.ts';
import { onEngines } from './engines.ts';

interface Facts {
  readonly idNumber: string;
  readonly number: string;
  readonly phone: string;
}

const PEOPLE = 200;
/** As many as wait for an answer at once, begun one after another over a beat, so that the service never works on many together. */
const LANES = 12;

/** Rows of figures for `count` wrong triples beside a fifth as many right ones, on each engine that is there. */
export async function lookupBench(count: number): Promise<readonly string[]> {
  return onEngines(async (engine, world) => {
    const people = await certified(world);
    const right = Math.min(count / 5, PEOPLE * 10); // ten a day and phone
    const order = shuffled(world, [
      ...Array<boolean>(count).fill(false),
      ...Array<boolean>(right).fill(true),
    ]);
    const times = await timesOf(world, { people, order });
    const sent = (await recentMessages(world, count)).filter(({ template }) => template === 'lookup-code');
    const { difference, margin } = meansApart(times.wrong, times.right);
    return [
      `${engine}: ${count} wrong triples, ${right} right ones, ${LANES} at once, answers every ${LOOKUP_RULES.beatMs} ms`,
      `  wrong ${summary(times.wrong)} · right ${summary(times.right)}`,
      `  difference of means ${difference.toFixed(2)} ms ± ${margin.toFixed(2)} at 95 % (≤ 2, interval over 0: ${Math.abs(difference) <= margin ? 'yes' : 'NO'})`,
      `  messages sent: ${sent.length - right} for wrong triples (0), ${right} for right ones`,
    ];
  });
}

/** Facts of people who hold a certificate each: rows only, nothing is signed. */
async function certified(world: World): Promise<readonly Facts[]> {
  const phoneOf = (place: number): string => `1990${String(5_000_000 + place)}`;
  const cells = Array.from({ length: PEOPLE }, (_, place) =>
    someCells(place + 1, { 手机号码: phoneOf(place) }),
  );
  const applications = [...(await applicationsById(world, await takeIn(world, cells))).values()];
  const certificates = applications.map((application, place) => aCertificate(world, application.id, place));
  await inTransaction(world.db, async tx => addCertificates(tx, world.db, certificates));
  return applications.map(({ idNumber, phone }, place) => ({
    idNumber,
    phone,
    number: certificateNumber('B', 2021, place + 1),
  }));
}

function aCertificate(world: World, applicationId: string, place: number): Certificate {
  return {
    id: world.ids(),
    number: certificateNumber('B', 2021, place + 1),
    version: 1,
    applicationId,
    batchMonth: JULY,
    issuedAt: JULY_30,
    collectFrom: '2021-08-15',
    legalBasis: '测试',
    keyId: 'key-4',
    list: 1,
    index: place,
    payloadHash: '0'.repeat(64),
    jwt: 'none',
    qrText: 'none',
  };
}

function shuffled<T>(world: World, items: T[]): readonly T[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = world.random(last + 1);
    [items[last], items[other]] = [items[other] as T, items[last] as T]; // both places are below the length
  }
  return items;
}

interface Times {
  readonly wrong: number[];
  readonly right: number[];
}

/** Each question comes from an address of its own and a second after the one before, so that no limit answers for the facts. */
async function timesOf(
  world: World,
  { people, order }: { people: readonly Facts[]; order: readonly boolean[] },
): Promise<Times> {
  const times: Times = { wrong: [], right: [] };
  let next = 0;
  let rights = 0;
  const lane = async (place: number): Promise<void> => {
    await pause((place * LOOKUP_RULES.beatMs) / LANES);
    for (let at = next++; at < order.length; at = next++) {
      const isRight = order[at] === true;
      const facts = people[(isRight ? rights++ : at) % people.length];
      if (!facts) throw new RangeError('expected people');
      const since = performance.now();
      await ask(world, isRight ? facts : wronged(facts, { at, people }), at);
      times[isRight ? 'right' : 'wrong'].push(performance.now() - since);
    }
  };
  await Promise.all(Array.from({ length: LANES }, async (_, place) => lane(place)));
  return times;
}

function wronged(facts: Facts, { at, people }: { at: number; people: readonly Facts[] }): Facts {
  const other = people[(at + 1) % people.length] ?? facts;
  const ways: readonly Facts[] = [
    { ...facts, idNumber: idNumberOf(1000 + at) },
    { ...facts, number: certificateNumber('B', 2021, 10_000 + at) },
    { ...facts, phone: `1991${String(1_000_000 + at)}` },
    { ...facts, phone: other.phone },
    { ...facts, idNumber: other.idNumber },
  ];
  return ways[at % ways.length] ?? facts;
}

async function ask(world: World, facts: Facts, at: number): Promise<void> {
  const rules = { ...LOOKUP_RULES, difficultyBits: 0 };
  const act = { actor: 'public', at: JULY_30 + at, requestId: '0'.repeat(32) };
  const address = `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`;
  const challenge = newChallenge(world, act, rules.difficultyBits);
  const wanted = { ...facts, requester: '测试公司', purpose: '岗位聘任核验', challenge, nonce: '0', address };
  await askLookup(world, act, { wanted, rules });
}

/** Welch: the interval of the difference of two means of many, by the normal distribution. */
function meansApart(
  one: readonly number[],
  other: readonly number[],
): { difference: number; margin: number } {
  const error = Math.sqrt(varianceOf(one) / one.length + varianceOf(other) / other.length);
  return { difference: meanOf(one) - meanOf(other), margin: 1.96 * error };
}

function meanOf(times: readonly number[]): number {
  return times.reduce((sum, time) => sum + time, 0) / times.length;
}

function varianceOf(times: readonly number[]): number {
  const mean = meanOf(times);
  return times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / (times.length - 1);
}

function summary(times: readonly number[]): string {
  const late = times.filter(time => time > 1.5 * LOOKUP_RULES.beatMs).length;
  return `${meanOf(times).toFixed(2)} ms on average, ${late} later than the first beat`;
}
