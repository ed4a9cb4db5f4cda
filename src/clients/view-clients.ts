/** The list of API clients, for the bureau's administrators and auditors. */
import { demandAllowed } from '../accounts/demand.ts';
import { paged, type Page } from '../accounts/page.ts';
import type { PersonalAct } from '../accounts/role.ts';
import { organisationById, organisationsById } from '../accounts/store.ts';
import type { Act } from '../shared/act.ts';
import type { ClientList, ClientView } from '../shared/shapes/shapes.ts';
import type { World } from '../world.ts';
import type { ApiClient } from './client.ts';
import { clientUnknown } from './change-clients.ts';
import { findClient, listClients } from './store.ts';
import { clientView } from './views.ts';

/** One page by id, ended ones too. @throws Forbidden */
export async function viewClients(
  { db }: Pick<World, 'db'>,
  act: Act | PersonalAct,
  page: Page,
): Promise<ClientList> {
  demandAllowed(act, 'client.view');

  const { items, next } = paged(await listClients(db, { after: page.after, limit: page.limit + 1 }), page);
  const organisations = await organisationsById(
    db,
    items.map(({ organisationId }) => organisationId),
  );
  return { clients: items.map(each => clientView(each, organisations.get(each.organisationId))), next };
}

/** That client, ended or not. @throws DomainError CLIENT_UNKNOWN; Forbidden */
export async function viewClient(
  { db }: Pick<World, 'db'>,
  act: Act | PersonalAct,
  id: string,
): Promise<ClientView> {
  demandAllowed(act, 'client.view');

  const client = await findClient(db, id);
  if (!client) throw clientUnknown();
  return viewOf({ db }, client);
}

/** The client with its organisation's name. */
export async function viewOf({ db }: Pick<World, 'db'>, client: ApiClient): Promise<ClientView> {
  return clientView(client, await organisationById(db, client.organisationId));
}
