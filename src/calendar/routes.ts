/** The working calendar and the deadlines computed with it. */
import type { ServiceApi } from '../accounts/service-api.ts';
import type { World } from '../world.ts';

export function calendarRoutes(_world: World, _api: ServiceApi): void {
  // filled by its module
}
