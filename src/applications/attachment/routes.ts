/** Attachments of applications. */
import type { ServiceApi } from '../../accounts/service-api.ts';
import type { World } from '../../world.ts';

export function attachmentRoutes(_world: World, _api: ServiceApi): void {
  // filled by its module
}
