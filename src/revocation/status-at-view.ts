/** The status at an instant as the bureau, registration bodies and the command line are shown it: codes with their words, no names of people. */
import type { StatusAt as Shape } from '../shared/shapes/shapes.ts';
import { isoAt, type Instant } from '../shared/time.ts';
import { causeOf, REASONS, STATE_WORDS } from './state.ts';
import type { PublishedStatus, StatusAt } from './status-at.ts';

const NOT_ISSUED = { state: 'NOT_ISSUED', stateName: '尚未签发' } as const;

export function statusAtView(number: string, at: Instant, versions: readonly StatusAt[]): Shape {
  const [newest] = versions;
  const state = newest && { state: newest.standing.state, stateName: STATE_WORDS[newest.standing.state] };
  return { number, at: isoAt(at), ...(state ?? NOT_ISSUED), versions: versions.map(versionView) };
}

function versionView({ certificate, standing, annulledBy, published }: StatusAt): Shape['versions'][number] {
  const { state } = standing;
  const cause = causeOf(standing);
  return {
    version: certificate.version,
    issuedAt: isoAt(certificate.issuedAt),
    state,
    stateName: STATE_WORDS[state],
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
