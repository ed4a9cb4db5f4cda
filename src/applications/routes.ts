/** Applications: drafts, submission, confirmation, withdrawal, lists, rosters. */
import type { ServiceApi } from '../accounts/service-api.ts';
import type { World } from '../world.ts';

export function applicationRoutes(_world: World, _api: ServiceApi): void {
  // filled by its module
}
