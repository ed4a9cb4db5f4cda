/** The status at an instant as the bureau, registration bodies and the command line are shown it: codes with their words, no names of people. */
import type { StatusAt as Shape } from '../shared/shapes/shapes.ts';
import { isoAt, type Instant } from '../shared/time.ts';
import { causeOf, REASONS, standingWord } from './state.ts';
import type { PublishedStatus, StatusAt } from './status-at.ts';

const NOT_ISSUED = { state: 'NOT_ISSUED', stateName: '尚未签发' } as const;

export function statusAtView(number: string, at: Instant, versions: readonly StatusAt[]): Shape {
  const [newest] = versions;
  const state = newest ? standingView(newest, at) : NOT_ISSUED;
  return { number, at: isoAt(at), ...state, versions: versions.map(each => versionView(each, at)) };
}

/** Named as verifiers took it at that instant. */
function standingView(
  { standing: { state }, keyRevokedAt = Infinity }: StatusAt,
  at: Instant,
): Pick<Shape['versions'][number], 'state' | 'stateName'> {
  return { state, stateName: standingWord(state, keyRevokedAt <= at ? keyRevokedAt : undefined) };
}

function versionView(version: StatusAt, at: Instant): Shape['versions'][number] {
  const { certificate, standing, keyRevokedAt, annulledBy, published } = version;
  const cause = causeOf(standing);
  return {
    version: certificate.version,
    issuedAt: isoAt(certificate.issuedAt),
    ...standingView(version, at),
    ...(keyRevokedAt === undefined ? {} : { keyRevokedAt: isoAt(keyRevokedAt) }),
    ...(cause === undefined ? {} : causeView(cause)),
    ...(annulledBy?.invalidFrom === undefined
      ? {}
      : { annulled: { at: isoAt(annulledBy.at), invalidFrom: annulledBy.invalidFrom } }),
    ...(published === undefined ? {} : { published: publishedView(published) }),
  };
}

function causeView({
  at,
  reason,
  document,
  until,
  invalidFrom,
}: NonNullable<ReturnType<typeof causeOf>>): Partial<Shape['versions'][number]> {
  return {
    since: isoAt(at),
    reason,
    reasonName: REASONS[reason],
    ...(document === undefined ? {} : { document }),
    ...(until === undefined ? {} : { until: isoAt(until) }),
    ...(invalidFrom === undefined ? {} : { invalidFrom }),
  };
}

function publishedView({
  signedAt,
  set,
  versions,
  ...rest
}: PublishedStatus): NonNullable<Shape['versions'][number]['published']> {
  return { ...rest, versions: { ...versions }, set: [...set], signedAt: isoAt(signedAt) };
}
