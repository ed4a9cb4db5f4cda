/** Which bodies are told of every change of a person's certificates, for that person (PIPL art. 44); beside who asked once. */
import { demandMay, type PersonalAct } from '../../accounts/role.ts';
import { organisationsById } from '../../accounts/store.ts';
import { applicationsOf } from '../../applications/store.ts';
import { certificatesFor } from '../../certificate/store.ts';
import { clientsById } from '../../clients/store.ts';
import type { OwnSubscriptionList } from '../../shared/shapes/shapes.ts';
import { isoAt } from '../../shared/time.ts';
import type { World } from '../../world.ts';
import { subscribersOf } from './store.ts';

/** The living ones, newest first; those of a client that was ended are over with it. @throws Forbidden for anybody but a holder */
export async function ownSubscriptions(
  world: Pick<World, 'db' | 'cipher'>,
  act: PersonalAct,
): Promise<OwnSubscriptionList> {
  demandMay(act.by, 'audit.own');

  const { db } = world;
  const own = await applicationsOf(world, act.by.idNumber);
  const certificates = await certificatesFor(
    db,
    own.map(({ id }) => id),
  );
  const numbers = [...new Set(certificates.map(({ number }) => number))];
  const subscriptions = await subscribersOf(db, { numbers });
  const clients = await clientsById(
    db,
    subscriptions.map(({ clientId }) => clientId),
  );
  const organisations = await organisationsById(
    db,
    [...clients.values()].map(each => each.organisationId),
  );
  const items = subscriptions.flatMap(({ clientId, number, since }) => {
    const client = clients.get(clientId);
    if (!client || client.endedAt !== undefined) return [];
    const organisation = organisations.get(client.organisationId)?.name ?? '';
    return [{ organisation, system: client.name, number, since }];
  });
  return {
    items: items
      .sort((one, other) => other.since - one.since)
      .map(item => ({ ...item, since: isoAt(item.since) })),
  };
}
