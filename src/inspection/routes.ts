/** Who did and saw what: the audit for the auditor, looks at oneself for the holder. */
import type { ServiceApi } from '../accounts/service-api.ts';
import type { World } from '../world.ts';

export function inspectionRoutes(_world: World, _api: ServiceApi): void {
  // filled by its module
}
