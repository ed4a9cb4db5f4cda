/** What a role may do, by the service's own table: pages leave out what would be refused, and the service decides all the same. */
import { MAY, type Action, type Role } from '../../accounts/role.ts';

export function mayAs(role: Role | undefined, action: Action): boolean {
  const roles: readonly Role[] = MAY[action];
  return role !== undefined && roles.includes(role);
}
