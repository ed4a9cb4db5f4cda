/**
 * Which employers say that a person works for them, told to that person: an employer enters its people by itself and then sees their
 * certificates (R34), so whoever is entered wrongly must learn of it.
 */
import type { OwnEmploymentList } from '../../shared/shapes/shapes.ts';
import { dateAt } from '../../shared/time.ts';
import type { World } from '../../world.ts';
import { demandMay, type PersonalAct } from '../role.ts';
import { organisationsById } from '../store.ts';
import { employmentsOfPerson } from './store.ts';

/** The employments that run today or begin later. @throws Forbidden for anybody but a holder */
export async function ownEmployments(
  world: Pick<World, 'db' | 'cipher'>,
  act: PersonalAct,
): Promise<OwnEmploymentList> {
  demandMay(act.by, 'employments.own');

  const wanted = { idNumber: act.by.idNumber, notBefore: dateAt(act.at) };
  const own = await employmentsOfPerson(world, wanted);
  const employers = await organisationsById(
    world.db,
    own.map(({ organisationId }) => organisationId),
  );
  return {
    employments: own.map(({ id, organisationId, from, to }) => ({
      id,
      organisation: employers.get(organisationId)?.name ?? '',
      from,
      to: to ?? null,
    })),
  };
}
