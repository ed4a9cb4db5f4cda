/** A bureau whose July is released, and strangers who ask about its certificates; challenges are easy and beats short. */
import type { ExecutionContext } from 'ava';
import type { Application } from '../../src/applications/application.ts';
import { applicationsById } from '../../src/applications/store.ts';
import { certificateNumber } from '../../src/certificate/number.ts';
import { addCertificates, certificatesFor, type Certificate } from '../../src/certificate/store.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { askLookup, type Asked } from '../../src/lookups/ask-lookup.ts';
import { answerLookup, type LookupAnswer } from '../../src/lookups/answer-lookup.ts';
import { digestOf, newChallenge, zeroBitsOf } from '../../src/lookups/challenge.ts';
import { lookupRoutes } from '../../src/lookups/routes.ts';
import { recentMessages } from '../../src/messages/enqueue.ts';
import type { Instant } from '../../src/shared/time.ts';
import { newAct, type World } from '../../src/world.ts';
import { aHolder } from '../support/actor.ts';
import { served, type Served } from '../support/api.ts';
import { aBureau, anAct, idNumberOf, JULY, JULY_30, someCells, takeIn } from '../support/bureau.ts';
import type { TestDatabase } from '../support/database.ts';

export const EASY = { difficultyBits: 3, beatMs: 1 };
const PHONES = ['19900001001', '19900001002'];

export interface Facts {
  readonly idNumber: string;
  readonly number: string;
  readonly phone: string;
}

export interface Scene {
  readonly world: World;
  /** The true facts of two certificates of two people. */
  readonly facts: readonly [Facts, Facts];
  readonly certificates: readonly [Certificate, Certificate];
  /** Moves the clock. */
  readonly pass: (seconds: number) => void;
}

/**
 * @param options.release the certificates are made as the bureau makes them; otherwise only their rows, which is quicker
 * @param options.cells of the first person's row of the roster
 */
export async function aScene(
  t: ExecutionContext,
  database: TestDatabase,
  options: { release?: boolean; cells?: Readonly<Record<string, string>> } = {},
): Promise<Scene> {
  const clock: { at: Instant } = { at: JULY_30 };
  const world = await aBureau(t, database, { clock: () => clock.at });
  const taken = await takeIn(
    world,
    PHONES.map((phone, place) =>
      someCells(place + 1, { 手机号码: phone, ...(place === 0 ? options.cells : {}) }),
    ),
  );
  const applications = [...(await applicationsById(world, taken)).values()];
  const ids = [1, 2].map(serial => idOf(applications, idNumberOf(serial)));
  if (options.release) await releaseAll(world, anAct(), { month: JULY, options: { unprintable: () => [] } });
  else await inTransaction(world.db, async tx => addCertificates(tx, world.db, ids.map(certificateOf)));
  const certificates = await certificatesFor(world.db, ids);
  const [one, other] = ids.map(id => certificates.find(({ applicationId }) => applicationId === id));
  if (!one || !other) throw new RangeError('expected a certificate of each person');
  const factsOf = ({ number }: Certificate, place: number): Facts => ({
    idNumber: idNumberOf(place + 1),
    number,
    phone: PHONES[place] ?? '',
  });
  return {
    world,
    facts: [factsOf(one, 0), factsOf(other, 1)],
    certificates: [one, other],
    pass: seconds => (clock.at += seconds),
  };
}

function idOf(applications: readonly Application[], idNumber: string): string {
  const found = applications.find(application => application.idNumber === idNumber);
  if (!found) throw new RangeError(`no application of ${idNumber}`);
  return found.id;
}

function certificateOf(applicationId: string, place: number): Certificate {
  return {
    id: String(place + 1).repeat(32),
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
    qrText: `http://localhost:3000/v#${place}`,
  };
}

/** The routes on a port; signed in is the first holder. */
export async function servedTo(t: ExecutionContext, { world }: Scene): Promise<Served> {
  const service = await served(t, world, (own, api) => lookupRoutes(own, api, EASY));
  service.by = aHolder(idNumberOf(1));
  return service;
}

/** A nonce that meets the challenge. */
export function solve(challenge: string, difficultyBits: number): string {
  for (let nonce = 0; ; nonce += 1)
    if (zeroBitsOf(digestOf(challenge, String(nonce))) >= difficultyBits) return String(nonce);
}

/** A nonce that does not. */
export function failing(challenge: string, difficultyBits: number): string {
  for (let nonce = 0; ; nonce += 1)
    if (zeroBitsOf(digestOf(challenge, String(nonce))) < difficultyBits) return String(nonce);
}

/** A question with everything it needs but the facts. */
export function asked(world: World, facts: Facts, changes: Partial<Asked> = {}): Asked {
  const challenge = newChallenge(world, newAct(world, 'public'), EASY.difficultyBits);
  const nonce = solve(challenge, EASY.difficultyBits);
  return {
    ...facts,
    requester: '天津测试人才有限公司',
    purpose: '岗位聘任核验',
    challenge,
    nonce,
    address: '192.0.2.1',
    ...changes,
  };
}

/** Asks by the verb. @returns the lookup's id */
export async function ask(world: World, facts: Facts, changes: Partial<Asked> = {}): Promise<string> {
  const wanted = asked(world, facts, changes);
  return askLookup(world, newAct(world, 'public'), { wanted, rules: EASY });
}

/** What comes of a code by the verb: the certificate, or the refusal's code. */
export async function shown(
  world: World,
  wanted: { lookupId: string; code: string; address?: string },
): Promise<LookupAnswer | string> {
  try {
    const given = { address: '192.0.2.1', ...wanted };
    return await answerLookup(world, newAct(world, 'public'), { wanted: given, rules: EASY });
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

export async function refusal(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

/** How many messages wait that ask for consent. */
export async function messagesSent(world: World): Promise<number> {
  const all = await recentMessages(world, 1000);
  return all.filter(({ template }) => template === 'lookup-code').length;
}

/** The code of the newest such message. */
export async function newestCode(world: World): Promise<string> {
  const newest = (await recentMessages(world, 1000)).find(({ template }) => template === 'lookup-code');
  const code = /验证码 (\d{6})，/.exec(newest?.text ?? '')?.[1];
  if (code === undefined) throw new Error('no code was sent');
  return code;
}

export function otherThan(code: string): string {
  return code === '000000' ? '000001' : '000000';
}
