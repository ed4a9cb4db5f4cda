/**
 * Who looked at one's own applications (PIPL art. 44; the national platform shows it too): when, what was done, and for which
 * organisation in which capacity. Not by whom in person, and nothing of anybody else.
 */
import { organisationsById } from '../accounts/store.ts';
import { grantsOf } from '../accounts/people/store.ts';
import { demandMay, type Grant, type PersonalAct } from '../accounts/role.ts';
import { applicationsOf } from '../applications/store.ts';
import type { AuditEntry } from '../audit/entry.ts';
import { looksAt } from '../audit/store.ts';
import type { Instant } from '../shared/time.ts';
import type { World } from '../world.ts';

/** Last words of the actions that show or hand out data. */
export const LOOKS = ['viewed', 'downloaded', 'exported'] as const;

export interface Looker {
  readonly capacity: string;
  readonly organisation: string;
}

export interface Look {
  readonly seq: number;
  readonly at: Instant;
  readonly action: string;
  readonly applicationId: string;
  /** For whom the looker acts; empty for the service's own operators. */
  readonly by: readonly Looker[];
}

/** Looks at the person's applications by others, newest first. @throws Forbidden for anybody but a holder */
export async function looksAtOwn(
  world: Pick<World, 'db' | 'cipher'>,
  act: PersonalAct,
  wanted: { readonly before: number | undefined; readonly limit: number },
): Promise<readonly Look[]> {
  demandMay(act.by, 'audit.own');

  const own = await applicationsOf(world, act.by.idNumber);
  if (own.length === 0) return [];
  const subjects = own.map(({ id }) => id);
  const entries = await looksAt(world.db, { subjects, endings: LOOKS, notBy: act.by.accountId, ...wanted });
  const lookers = await lookersOf(world, entries);
  return entries.map(({ seq, at, action, subject }) => ({
    seq,
    at,
    action,
    applicationId: subject,
    by: lookers.get(seq) ?? [],
  }));
}

/** By the capacity that the entry itself names, else by every capacity that the account has. */
async function lookersOf(
  { db }: Pick<World, 'db'>,
  entries: readonly AuditEntry[],
): Promise<ReadonlyMap<number, readonly Looker[]>> {
  const grants = await grantsOf(db, [...new Set(entries.map(({ actor }) => actor))]);
  const actedFor = new Map(
    entries.map(entry => [entry.seq, capacitiesIn(entry, grants.get(entry.actor) ?? [])]),
  );
  const ids = new Set([...actedFor.values()].flat().map(({ organisationId }) => organisationId));
  const organisations = await organisationsById(db, [...ids]);
  return new Map(
    [...actedFor].map(([seq, list]) => [
      seq,
      list.map(({ capacity, organisationId }) => ({
        capacity,
        organisation: organisations.get(organisationId)?.name ?? '',
      })),
    ]),
  );
}

type ActedFor = Pick<Grant, 'organisationId'> & { readonly capacity: string };

function capacitiesIn({ detail }: AuditEntry, grants: readonly Grant[]): readonly ActedFor[] {
  const { capacity, organisationId } = JSON.parse(detail) as Record<string, unknown>; // an object, by entryAfter
  if (typeof capacity === 'string' && typeof organisationId === 'string')
    return [{ capacity, organisationId }];
  const found = new Map(grants.map(grant => [`${grant.capacity} ${grant.organisationId}`, grant]));
  return [...found.values()].map(grant => ({
    capacity: grant.capacity,
    organisationId: grant.organisationId,
  }));
}
