/** Who verified what: for holders their own certificates, for the bureau one client's questions (R35; PIPL art. 44). */
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { organisationsById } from '../accounts/store.ts';
import { applicationsOf } from '../applications/store.ts';
import { clientUnknown } from '../clients/change-clients.ts';
import { clientsById, findClient } from '../clients/store.ts';
import type { ClientQueryList, OwnQueryList } from '../shared/shapes/shapes.ts';
import type { World } from '../world.ts';
import { queriesAbout, queriesOf, type QueryPage } from './store.ts';
import { clientQueriesView, ownQueriesView } from './views.ts';

/** One page, newest first; questions that found nothing are about nobody. @throws Forbidden for anybody but a holder */
export async function ownQueries(
  world: Pick<World, 'db' | 'cipher'>,
  act: PersonalAct,
  page: QueryPage,
): Promise<OwnQueryList> {
  demandMay(act.by, 'audit.own');

  const { db } = world;
  const own = await applicationsOf(world, act.by.idNumber);
  const queries = await queriesAbout(db, { applicationIds: own.map(({ id }) => id), ...page });
  const clients = await clientsById(
    db,
    queries.map(({ clientId }) => clientId),
  );
  const organisations = await organisationsById(
    db,
    [...clients.values()].map(each => each.organisationId),
  );
  const lookers = [...clients].map(
    ([id, client]) =>
      [id, { client, organisation: organisations.get(client.organisationId)?.name ?? '' }] as const,
  );
  return ownQueriesView(queries, page.limit, new Map(lookers));
}

/** One page of a client's questions, newest first. @throws DomainError CLIENT_UNKNOWN; Forbidden */
export async function clientQueries(
  { db }: Pick<World, 'db'>,
  act: PersonalAct,
  { clientId, ...page }: QueryPage & { clientId: string },
): Promise<ClientQueryList> {
  demandMay(act.by, 'client.view');

  if (!(await findClient(db, clientId))) throw clientUnknown();
  return clientQueriesView(await queriesOf(db, { clientId, ...page }), page.limit);
}
