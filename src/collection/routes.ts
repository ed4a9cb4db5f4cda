/** Collection by the holder, and the employer's own staff. */
import type { ServiceApi } from '../accounts/service-api.ts';
import type { World } from '../world.ts';

export function collectionRoutes(_world: World, _api: ServiceApi): void {
  // filled by its module
}
