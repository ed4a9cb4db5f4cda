/** People for tests of verbs: somebody without any grant unless some are given. */
import type { Capacity } from '../../src/accounts/organisation.ts';
import type { Actor, Duty, PersonalAct } from '../../src/accounts/role.ts';
import type { Act } from '../../src/shared/act.ts';

/** A person of staff with one grant for each duty, all for organisation `1111…`. */
export function anActor(capacity: Capacity = 'bureau', ...duties: readonly Duty[]): Actor {
  return {
    accountId: 'a'.repeat(32),
    kind: 'staff',
    name: '测试人员',
    idNumber: '',
    grants: duties.map((duty, place) => ({
      id: String(place + 1).repeat(32),
      organisationId: '1'.repeat(32),
      capacity,
      duty,
    })),
  };
}

export function aHolder(idNumber: string): Actor {
  return { accountId: 'b'.repeat(32), kind: 'holder', name: '持证人', idNumber, grants: [] };
}

/** That person's act. */
export function actOf(by: Actor, act: Act): PersonalAct {
  return { ...act, actor: by.accountId, by };
}
