/** A bureau whose July is released, at a clock that a test may turn; served to whoever it says. */
import type { ExecutionContext } from 'ava';
import type { Actor } from '../../src/accounts/role.ts';
import { collectionRoutes } from '../../src/collection/routes.ts';
import { applicationsById } from '../../src/applications/store.ts';
import { certificatesFor, type Certificate } from '../../src/certificate/store.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { startOf, type Instant } from '../../src/shared/time.ts';
import type { World } from '../../src/world.ts';
import { aHolder } from '../support/actor.ts';
import { served, type Served } from '../support/api.ts';
import { aBureau, anAct, idNumberOf, JULY, JULY_30, someCells, takeIn } from '../support/bureau.ts';
import type { TestDatabase } from '../support/database.ts';

/** The last second before collection opens in Shanghai, and the first. */
export const OPENING: Instant = startOf('2021-08-15');
export const EVE: Instant = OPENING - 1;

export interface Scene {
  readonly world: World;
  readonly service: Served;
  /** One certificate for each holder, in the order of their serials from 1. */
  readonly certificates: readonly Certificate[];
  readonly applicationIds: readonly string[];
  /** Sets the clock. */
  readonly turn: (at: Instant) => void;
}

/** @param options how many holders; signed in is the first, `aHolder(idNumberOf(1))` */
export async function aScene(
  t: ExecutionContext,
  database: TestDatabase,
  options: {
    holders?: number;
    at?: Instant;
    policy?: 'notice' | 'qa';
    release?: boolean;
    months?: readonly string[];
  } = {},
): Promise<Scene> {
  const clock = { at: JULY_30 };
  const months = options.months ? { months: options.months } : {};
  const bureau = await aBureau(t, database, { ...months, clock: () => clock.at });
  const world: World = {
    ...bureau,
    config: { ...bureau.config, collectionPolicy: options.policy ?? 'notice' },
  };
  const serials = Array.from({ length: options.holders ?? 1 }, (_, place) => place + 1);
  const taken = await takeIn(
    world,
    serials.map(serial => someCells(serial)),
  );
  const applications = [...(await applicationsById(world, taken)).values()];
  const ids = serials.flatMap(serial =>
    applications.filter(({ idNumber }) => idNumber === idNumberOf(serial)).map(({ id }) => id),
  );
  if (options.release !== false)
    await releaseAll(world, anAct(), { month: JULY, options: { unprintable: () => [] } });
  const all = await certificatesFor(world.db, ids);
  const certificates = ids.flatMap(id => all.filter(certificate => certificate.applicationId === id));
  const service = await served(t, world, collectionRoutes);
  service.by = aHolder(idNumberOf(1));
  clock.at = options.at ?? OPENING;
  return { world, service, certificates, applicationIds: ids, turn: at => (clock.at = at) };
}

export function numberOf({ certificates }: Scene, place = 0): string {
  return certificates[place]?.number ?? 'none';
}

/** An employer's clerk, for organisation `1111…` unless told otherwise. */
export function aClerk(organisationId = '1'.repeat(32)): Actor {
  const grant = { id: '3'.repeat(32), organisationId, capacity: 'employer', duty: 'clerk' } as const;
  return { accountId: 'c'.repeat(32), kind: 'staff', name: '测试人事', idNumber: '', grants: [grant] };
}
