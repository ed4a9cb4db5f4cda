/**
 * Which certificates the items name. Right and wrong items cost the same few queries, made for all of them together: a number that nobody
 * has, another person's number and a wrong ID number are found out in one way.
 */
import { normalisePersonId } from '../accounts/person-id.ts';
import { isSame } from '../accounts/sessions/session.ts';
import { applicationsById } from '../applications/store.ts';
import type { Application } from '../applications/application.ts';
import { parseCertificateNumber } from '../certificate/number.ts';
import { versionsByNumber, type Certificate } from '../certificate/store.ts';
import { keyRevokedAt } from '../keys/manifest.ts';
import { isPaperNumber } from '../lookups/lookup.ts';
import { causeOf, standingOf, type StatusChange } from '../revocation/state.ts';
import { changesOfNumbers } from '../revocation/store.ts';
import type { RegistrationItem } from '../shared/shapes/shapes.ts';
import type { Instant } from '../shared/time.ts';
import type { Trust } from '../verification/trust.ts';
import { verify } from '../verification/verify.ts';
import type { World } from '../world.ts';
import type { AskedBy, Finding, Found } from './query.ts';

/** An item that was read; nothing is looked up yet. */
interface Read {
  readonly askedBy: AskedBy;
  readonly number: string | undefined;
  /** Of a genuine credential: which version it is. */
  readonly version?: number;
  readonly idNumber?: string;
  readonly isPaper?: true;
  readonly report?: Finding['report'];
}

interface Register {
  readonly versions: ReadonlyMap<string, readonly Certificate[]>;
  readonly applications: ReadonlyMap<string, Application>;
  readonly changes: readonly StatusChange[];
  /** The same as the credentials are verified by, so that number and credential have one answer. */
  readonly manifest: Trust['manifest'];
}

/** One finding per item, in their order, at that instant. */
export async function findItems(
  world: Pick<World, 'db' | 'cipher'>,
  items: readonly RegistrationItem[],
  { trust, at }: { trust: Trust; at: Instant },
): Promise<readonly Finding[]> {
  const read: Read[] = [];
  for (const item of items)
    read.push('credential' in item ? await readCredential(item, trust, at) : readNumber(item));
  const numbers = read.map(({ number }) => number ?? NO_NUMBER);
  const register = { ...(await registerOf(world, numbers)), manifest: trust.manifest };
  return read.map(each => findingOf(each, register, at));
}

const NO_NUMBER = 'none';
const NO_ID = '0'.repeat(32);

/** A credential counts when its signature, dates and shape hold; what became of it since is a state, not a mismatch. */
async function readCredential(
  { credential }: { credential: string },
  trust: Trust,
  at: Instant,
): Promise<Read> {
  const report = await verify(credential, trust, at);
  const isGenuine = report.verdict !== 'invalid' && report.verdict !== 'not-ours';
  if (!isGenuine || !report.certificate) return { askedBy: 'credential', number: undefined, report };
  const { number, version } = report.certificate;
  return { askedBy: 'credential', number, version, report };
}

function readNumber({ number: input, idNumber }: { number: string; idNumber: string }): Read {
  const number = parseCertificateNumber(input);
  const isPaper = isPaperNumber(input);
  return {
    askedBy: 'number',
    number,
    idNumber: normalisePersonId(idNumber),
    ...(isPaper ? { isPaper } : {}),
  };
}

async function registerOf(
  world: Pick<World, 'db' | 'cipher'>,
  numbers: readonly string[],
): Promise<Omit<Register, 'manifest'>> {
  const versions = await versionsByNumber(world.db, numbers);
  const ids = numbers.flatMap(number => versions.get(number)?.map(each => each.applicationId) ?? [NO_ID]);
  const applications = await applicationsById(world, [...new Set(ids)]);
  return { versions, applications, changes: await changesOfNumbers(world.db, numbers) };
}

function findingOf(read: Read, register: Register, at: Instant): Finding {
  const { askedBy, number, report } = read;
  const said = { askedBy, number, ...(report ? { report } : {}) };
  if (read.isPaper) return { ...said, outcome: 'paper' };
  const found = foundOf(read, register, at);
  if (!found) return { ...said, outcome: 'no-match' };
  return { ...said, outcome: 'match', found };
}

function foundOf(read: Read, register: Register, at: Instant): Found | undefined {
  const { versions, applications, changes, manifest } = register;
  const all = versions.get(read.number ?? NO_NUMBER) ?? [];
  const newest = all.at(-1);
  const certificate =
    read.version === undefined ? newest : all.find(({ version }) => version === read.version);
  const application = applications.get(certificate?.applicationId ?? NO_ID);
  if (!certificate || !application || !newest) return undefined;
  if (read.idNumber !== undefined && !isSame(application.idNumber, read.idNumber)) return undefined;
  const own = changes.filter(each => each.number === certificate.number);
  const revokedAt = ({ keyId }: Certificate) => keyRevokedAt(manifest, keyId);
  const { version } = newest;
  const { state } = standing(own, version, at);
  return {
    certificate,
    application,
    ...standing(own, certificate.version, at),
    keyRevokedAt: revokedAt(certificate),
    newest: version > certificate.version ? { version, state, keyRevokedAt: revokedAt(newest) } : undefined,
  };
}

function standing(
  changes: readonly StatusChange[],
  version: number,
  at: Instant,
): Pick<Found, 'state' | 'change'> {
  const standing = standingOf(
    changes.filter(each => each.version === version),
    at,
  );
  return { state: standing.state, change: causeOf(standing) };
}
