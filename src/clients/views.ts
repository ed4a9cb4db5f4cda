/** Clients as the bureau is shown them. */
import type { Organisation } from '../accounts/organisation.ts';
import type { ClientView } from '../shared/shapes/shapes.ts';
import { isoAt } from '../shared/time.ts';
import type { ApiClient } from './client.ts';
import { algorithmOf } from './public-key.ts';

export function clientView(
  client: ApiClient,
  organisation: Pick<Organisation, 'name'> | undefined,
): ClientView {
  const { id, organisationId, name, key, perMinute, perDay, createdAt, keySince, endedAt } = client;
  return {
    id,
    organisationId,
    organisation: organisation?.name ?? '',
    name,
    key: { ...key },
    algorithm: algorithmOf(key),
    perMinute,
    perDay,
    createdAt: isoAt(createdAt),
    keySince: isoAt(keySince),
    ...(endedAt === undefined ? {} : { endedAt: isoAt(endedAt) }),
  };
}
