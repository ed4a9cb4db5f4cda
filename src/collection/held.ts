/**
 * The certificates of one person as they stand: the newest version of each number, its state, and from which day it may be collected
 * (notice: R17, R18, R32; domain §5.2).
 */
import type { Application } from '../applications/application.ts';
import { applicationsOf } from '../applications/store.ts';
import { certificatesFor, type Certificate } from '../certificate/store.ts';
import { keyRevokedAt } from '../keys/manifest.ts';
import { causeOf, standingOf, type CertificateState, type StatusChange } from '../revocation/state.ts';
import { changesOf } from '../revocation/store.ts';
import { dateAt, type Instant, type PlainDate } from '../shared/time.ts';
import type { World } from '../world.ts';
import { firstDownloads } from './store.ts';

export interface Held {
  readonly application: Application;
  /** The newest version of its number. */
  readonly certificate: Certificate;
  /** The applications of the versions that it replaced, oldest first. */
  readonly earlier: readonly string[];
  readonly state: CertificateState;
  /** Since when its signing key is believed no more; undefined while it is. */
  readonly keyRevokedAt: Instant | undefined;
  /** The change that made the state, unless it is valid. */
  readonly change: StatusChange | undefined;
  /** The extension that a running suspension has had. */
  readonly extension: StatusChange | undefined;
  readonly collectFrom: PlainDate;
  readonly isCollectable: boolean;
  readonly firstDownloadedAt: Instant | undefined;
}

/** Everything that person holds, oldest application first. */
export async function heldBy(world: World, idNumber: string, at: Instant): Promise<readonly Held[]> {
  const applications = await applicationsOf(world, idNumber);
  const newest = await newestOf(world, applications);
  const downloads = await firstDownloads(
    world.db,
    newest.map(([, certificate]) => certificate.id),
  );
  const { manifest } = await world.keys.manifest();
  const held: Held[] = [];
  for (const [application, certificate, earlier] of newest) {
    const standing = standingOf(await changesOf(world.db, certificate), at);
    const { collectFrom } = certificate;
    held.push({
      application,
      certificate,
      earlier,
      state: standing.state,
      keyRevokedAt: keyRevokedAt(manifest, certificate.keyId),
      change: causeOf(standing),
      extension: standing.extension,
      collectFrom,
      isCollectable: isCollectable(world, collectFrom, at),
      firstDownloadedAt: downloads.get(certificate.id),
    });
  }
  return held;
}

/** Before the day nothing is told of it but that it is being made; a change of its state, with reason and ways of appeal, is told at once. */
export function isToldInFull({ isCollectable, state }: Pick<Held, 'isCollectable' | 'state'>): boolean {
  return isCollectable || state !== 'VALID';
}

/** R17: from the 15th, 00:00 in Shanghai, of the month after the batch; under the policy of the Q&A (R18) at once. */
export function isCollectable({ config }: Pick<World, 'config'>, from: PlainDate, at: Instant): boolean {
  return config.collectionPolicy === 'qa' || dateAt(at) >= from;
}

async function newestOf(
  world: World,
  applications: readonly Application[],
): Promise<readonly [Application, Certificate, earlier: readonly string[]][]> {
  const ids = applications.map(application => application.id);
  const newest = new Map<string, Certificate>();
  const all = await certificatesFor(world.db, ids);
  for (const certificate of all) {
    const known = newest.get(certificate.number);
    if (!known || known.version < certificate.version) newest.set(certificate.number, certificate);
  }
  const byApplication = new Map([...newest.values()].map(each => [each.applicationId, each]));
  return applications.flatMap(application => {
    const certificate = byApplication.get(application.id);
    if (!certificate) return [];
    const { number, version } = certificate;
    const earlier = all.filter(each => each.number === number && each.version < version);
    return [[application, certificate, earlier.map(({ applicationId }) => applicationId)]];
  });
}
