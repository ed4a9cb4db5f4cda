/** Certificates as the holder and the employer are shown them: ID numbers masked, nothing of what is not open yet. */
import { claimsOf } from '../applications/application.ts';
import { maskId } from '../accounts/person-id.ts';
import { LEVEL_NAMES } from '../certificate/level.ts';
import { appealOf } from '../revocation/holder-notice.ts';
import { REASONS, standingWord, type StatusChange } from '../revocation/state.ts';
import type {
  CollectionCertificate,
  CollectionList,
  CollectionMaking,
  StaffCertificatePage,
} from '../shared/shapes/shapes.ts';
import { dateAt, isoAt } from '../shared/time.ts';
import { isToldInFull, type Held } from './held.ts';
import type { StaffMember, StaffPage } from './staff-certificates.ts';

export function listView(all: readonly Held[]): CollectionList {
  return { items: all.map(held => (isToldInFull(held) ? certificateView(held) : makingView(held))) };
}

/** Before the day: that it is being made, and from when it may be collected; no number yet (R17), but where an earlier version had it. */
function makingView({ application, certificate, earlier, collectFrom }: Held): CollectionMaking {
  const { id, qualification, series, specialty, level } = application;
  return {
    state: 'IN_PRODUCTION',
    stateName: '制证中',
    collectFrom,
    applicationId: id,
    ...earlierView({ certificate, earlier }),
    qualification,
    series,
    specialty,
    level,
    levelName: LEVEL_NAMES[level],
  };
}

function earlierView({
  certificate: { number, version },
  earlier,
}: Pick<Held, 'certificate' | 'earlier'>): Pick<CollectionMaking, 'number' | 'version' | 'replaces'> {
  return earlier.length === 0 ? {} : { number, version, replaces: [...earlier] };
}

export function certificateView(held: Held): CollectionCertificate {
  const { application, certificate, change, extension, collectFrom, firstDownloadedAt } = held;
  return {
    ...standingView(held),
    ...(change ? { change: changeView(change, extension) } : {}),
    number: certificate.number,
    version: certificate.version,
    applicationId: application.id,
    ...(held.earlier.length === 0 ? {} : { replaces: [...held.earlier] }),
    claims: { ...claimsOf(application, certificate.number), levelName: LEVEL_NAMES[application.level] },
    issuedOn: dateAt(certificate.issuedAt),
    collectFrom,
    verifyUrl: certificate.qrText,
    ...(firstDownloadedAt === undefined ? {} : { firstDownloadedAt: isoAt(firstDownloadedAt) }),
  };
}

/** The state, and in words never that something is in force which verifiers refuse. */
function standingView({
  state,
  keyRevokedAt,
}: Held): Pick<CollectionCertificate, 'state' | 'stateName' | 'keyRevokedAt'> {
  return {
    state,
    stateName: standingWord(state, keyRevokedAt),
    ...(keyRevokedAt === undefined ? {} : { keyRevokedAt: isoAt(keyRevokedAt) }),
  };
}

/** Domain §5.2: the holder sees the reason, the decision, and the ways of appeal. */
function changeView(
  change: StatusChange,
  extension: StatusChange | undefined,
): NonNullable<CollectionCertificate['change']> {
  const appeal = appealOf(change.change);
  const { reason, document, at, until, invalidFrom } = change;
  return {
    reason,
    reasonName: REASONS[reason],
    at: isoAt(at),
    ...(document === undefined ? {} : { document }),
    ...(until === undefined ? {} : { until: isoAt(until) }),
    ...(invalidFrom === undefined ? {} : { invalidFrom }),
    ...(extension ? { extended: extensionView(extension) } : {}),
    ...(appeal === undefined ? {} : { appeal }),
  };
}

function extensionView({ at, document }: StatusChange): { at: string; document?: string } {
  return { at: isoAt(at), ...(document === undefined ? {} : { document }) };
}

export function staffView({ items, next }: StaffPage): StaffCertificatePage {
  return { items: items.map(memberView), next: next ?? null };
}

function memberView({ employment, held }: StaffMember): StaffCertificatePage['items'][number] {
  return {
    employmentId: employment.id,
    name: employment.name,
    idNumber: maskId(employment.idNumber),
    certificates: held.map(each => ({
      number: each.certificate.number,
      version: each.certificate.version,
      ...standingView(each),
      qualification: each.application.qualification,
      series: each.application.series,
      specialty: each.application.specialty,
      levelName: LEVEL_NAMES[each.application.level],
      reviewBody: each.application.reviewBody,
      obtainedOn: each.application.obtainedOn,
      issuedOn: dateAt(each.certificate.issuedAt),
    })),
  };
}
