/**
 * All that the bureau knows of one certificate: every version with its changes, how it stands, and what was proposed (domain §5.2). Who
 * looks is on record, and the holder is told.
 */
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import type { Application } from '../applications/application.ts';
import { applicationsById } from '../applications/store.ts';
import { recordLook } from '../audit/look.ts';
import { parseCertificateNumber } from '../certificate/number.ts';
import { versionsOf, type Certificate } from '../certificate/store.ts';
import { keyRevokedAt } from '../keys/manifest.ts';
import { standingOf, type Standing, type StatusChange } from '../revocation/state.ts';
import { changesOf } from '../revocation/store.ts';
import { DomainError } from '../shared/errors.ts';
import type { Instant } from '../shared/time.ts';
import type { World } from '../world.ts';
import type { Proposal } from './proposal.ts';
import { newestProposals } from './store.ts';

const PROPOSALS = 100;

export interface VersionRecord {
  readonly certificate: Certificate;
  /** What this version says; a correction has an application of its own. */
  readonly application: Application;
  readonly standing: Standing;
  /** Since when its signing key is believed no more; undefined while it is. */
  readonly keyRevokedAt: Instant | undefined;
  /** Oldest first. */
  readonly changes: readonly StatusChange[];
}

export interface CertificateRecord {
  /** Newest first; at least one. */
  readonly versions: readonly [VersionRecord, ...VersionRecord[]];
  /** Newest first. */
  readonly proposals: readonly Proposal[];
}

/** @throws Forbidden; DomainError CERTIFICATE_UNKNOWN */
export async function certificateRecord(
  world: World,
  act: PersonalAct,
  given: string,
): Promise<CertificateRecord> {
  demandMay(act.by, 'change.view');
  const number = parseCertificateNumber(given);
  const [newest, ...older] = number ? await versionRecords(world, act, number) : [];
  if (!number || !newest)
    throw new DomainError('CERTIFICATE_UNKNOWN', '没有这个编号的证书，请核对编号（字母加 13 位数字）。');
  const subjects = new Set([newest, ...older].map(({ application }) => application.id));
  await recordLook(
    world,
    act,
    [...subjects].map(subject => ({ action: 'certificate-record.viewed', subject, detail: { number } })),
  );
  const proposals = await newestProposals(world, { number, limit: PROPOSALS });
  return { versions: [newest, ...older], proposals };
}

async function versionRecords(
  world: World,
  act: PersonalAct,
  number: string,
): Promise<readonly VersionRecord[]> {
  const certificates = await versionsOf(world.db, number);
  const applications = await applicationsById(
    world,
    certificates.map(({ applicationId }) => applicationId),
  );
  const { manifest } = await world.keys.manifest();
  const records: VersionRecord[] = [];
  for (const certificate of certificates) {
    const application = applications.get(certificate.applicationId);
    if (!application) throw new RangeError(`certificate ${certificate.id}: its application is gone`);
    const changes = await changesOf(world.db, certificate);
    const standing = standingOf(changes, act.at);
    const revokedAt = keyRevokedAt(manifest, certificate.keyId);
    records.push({ certificate, application, standing, keyRevokedAt: revokedAt, changes });
  }
  return records.reverse();
}
