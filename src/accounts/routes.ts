/** Sign-in, sessions, accounts, organisations, employments. */
import type { World } from '../world.ts';
import { ownPhoneRoutes } from './people/own-phone-routes.ts';
import { peopleRoutes } from './people/routes.ts';
import { organisationRoutes } from './register/routes.ts';
import type { ServiceApi } from './service-api.ts';
import { sessionRoutes } from './sessions/routes.ts';
import type { KnownPeople } from './sign-in/request-code.ts';
import { signInRoutes } from './sign-in/routes.ts';
import { tieRoutes } from './ties/routes.ts';

/** @param people who is known by their applications: their reserved phone there wins over one that was only said */
export function accountRoutes(world: World, api: ServiceApi, people: KnownPeople): void {
  signInRoutes(world, api, people);
  sessionRoutes(world, api);
  ownPhoneRoutes(world, api);
  peopleRoutes(world, api);
  organisationRoutes(world, api);
  tieRoutes(world, api, people);
}
