/** Proposals and the record of a certificate as the API shows them: ID number masked, accounts by their names, codes with their words. */
import { maskId, normalisePersonId } from '../accounts/person-id.ts';
import { namesOf } from '../accounts/people/names.ts';
import { claimsOf } from '../applications/application.ts';
import { LEVEL_NAMES } from '../certificate/level.ts';
import type { Correction } from '../issuance/correct.ts';
import {
  CORRECTION_REASONS,
  mayChange,
  needsDocument,
  REASONS,
  REASONS_FOR,
  standingWord,
  SUSPENSION_DAYS,
  SUSPENSION_LIMIT_DAYS,
  VOID_FROM_OBTAINED,
  type Standing,
  type StatusChange,
} from '../revocation/state.ts';
import type { Act } from '../shared/act.ts';
import type { CertificateRecord as RecordShape, ChangeView } from '../shared/shapes/shapes.ts';
import { addDays, dateAt, isoAt } from '../shared/time.ts';
import type { World } from '../world.ts';
import type { CertificateRecord, VersionRecord } from './certificate-record.ts';
import type { Proposal } from './proposal.ts';

type Names = ReadonlyMap<string, string>;

export async function changeViews(world: World, proposals: readonly Proposal[]): Promise<ChangeView[]> {
  const people = proposals.flatMap(({ proposedBy, decidedBy }) => [proposedBy, decidedBy ?? proposedBy]);
  const names = await namesOf(world, people);
  return proposals.map(proposal => changeView(proposal, names));
}

export async function recordView(
  world: World,
  act: Act,
  { versions, proposals }: CertificateRecord,
): Promise<RecordShape> {
  const [newest] = versions;
  const { certificate, application, standing } = newest;
  const names = await namesOf(
    world,
    versions.flatMap(({ changes }) => changes.map(({ actor }) => actor)),
  );
  return {
    number: certificate.number,
    ...standingView(newest),
    claims: { ...claimsOf(application, certificate.number), levelName: LEVEL_NAMES[application.level] },
    versions: versions.map(version => versionView(version, names)),
    may: mayFrom(standing),
    suspendedThrough: addDays(dateAt(act.at), SUSPENSION_DAYS),
    latestEnd: addDays(dateAt(act.at), SUSPENSION_LIMIT_DAYS),
    ...known({ suspension: suspensionView(standing) }),
    proposals: await changeViews(world, proposals),
  };
}

function changeView({ wanted, ...proposal }: Proposal, names: Names): ChangeView {
  const { id, number, digest, state, proposedBy, proposedAt, decidedAt, decidedBy, note } = proposal;
  const said =
    wanted.kind === 'CORRECT'
      ? correctionSaid(wanted.order)
      : { reason: wanted.order.reason, document: wanted.order.document, until: wanted.order.untilDate };
  const decided = {
    decidedBy,
    decidedByName: decidedBy === undefined ? undefined : names.get(decidedBy),
    decidedAt: decidedAt === undefined ? undefined : isoAt(decidedAt),
    note,
  };
  return {
    ...{ id, number, kind: wanted.kind, state, proposedBy, proposedAt: isoAt(proposedAt) },
    proposedByName: names.get(proposedBy) ?? '',
    ...known({ digest, ...said, ...decided }),
  };
}

/** The ID number masked: who confirms compares it with the proof by its ends, and no list of proposals tells it in full. */
function correctionSaid({
  reason,
  proof,
  name,
  gender,
  idNumber,
  submittingUnit,
  specialty,
  readings,
}: Correction): Partial<ChangeView> {
  const masked = idNumber === undefined ? undefined : maskId(normalisePersonId(idNumber));
  const given = Object.entries(readings ?? {}).map(([character, reading]) => `${character}=${reading}`);
  const namePinyin = given.length === 0 ? undefined : given.join('；');
  return known({ reason, proof, name, namePinyin, gender, idNumber: masked, submittingUnit, specialty });
}

function standingView({
  standing: { state },
  keyRevokedAt,
}: VersionRecord): Pick<RecordShape, 'state' | 'stateName' | 'keyRevokedAt'> {
  return {
    state,
    stateName: standingWord(state, keyRevokedAt),
    ...(keyRevokedAt === undefined ? {} : { keyRevokedAt: isoAt(keyRevokedAt) }),
  };
}

function versionView(record: VersionRecord, names: Names): RecordShape['versions'][number] {
  const { certificate, application, changes } = record;
  const { version, applicationId, batchMonth, issuedAt, collectFrom, keyId, legalBasis, qrText } =
    certificate;
  return {
    ...{ version, applicationId, batchMonth, collectFrom, keyId, legalBasis },
    issuedOn: dateAt(issuedAt),
    verifyUrl: qrText,
    name: application.name,
    ...standingView(record),
    changes: changes.map(change => statusView(change, names)),
  };
}

function statusView(
  { change, reason, at, document, until, invalidFrom, actor }: StatusChange,
  names: Names,
): RecordShape['versions'][number]['changes'][number] {
  return {
    ...{ change, reason, reasonName: REASONS[reason], at: isoAt(at), byName: names.get(actor) ?? '' },
    ...known({ document, until: until === undefined ? undefined : isoAt(until), invalidFrom }),
  };
}

/** The last day of a suspension that is running, and whether its one extension is used up. */
function suspensionView({ until, extension }: Standing): RecordShape['suspension'] {
  if (until === undefined) return undefined;
  return { through: addDays(dateAt(until), -1), extended: extension !== undefined };
}

const KINDS = ['SUSPEND', 'EXTEND', 'RESUME', 'CORRECT', 'REVOKE', 'CANCEL'] as const;

/** What may be proposed of a certificate that stands like that. */
function mayFrom({ state, extension }: Standing): RecordShape['may'] {
  return KINDS.flatMap(kind => {
    const change = kind === 'CORRECT' ? 'SUPERSEDE' : kind;
    if (!mayChange(state, change) || (kind === 'EXTEND' && extension)) return [];
    const reasons = kind === 'CORRECT' ? CORRECTION_REASONS : REASONS_FOR[change];
    return {
      kind,
      reasons: reasons.map(code => ({
        code,
        name: REASONS[code],
        voidFromObtained: VOID_FROM_OBTAINED.has(code),
      })),
      needsDocument: needsDocument(change),
    };
  });
}

/** The entries that have a value. */
function known<T extends object>(values: T): { [Name in keyof T]?: NonNullable<T[Name]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: NonNullable<T[Name]>;
  }; // Object.entries keeps names and values, and what had none is gone
}
