/** The way to one application by its id: what one may not see is answered exactly as if it were not there. */
import type { Actor } from '../accounts/role.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import type { Application } from './application.ts';
import { applicationsById } from './store.ts';
import { isVisibleTo } from './visible.ts';

/**
 * The application with that id, when this person may see it.
 * @throws DomainError NOT_FOUND when there is none, or when it is another person's or organisation's
 */
export async function findApplicationFor(
  world: Pick<World, 'db' | 'cipher'>,
  actor: Actor,
  id: string,
): Promise<Application> {
  const application = (await applicationsById(world, [id])).get(id);
  if (!application || !isVisibleTo(actor, application)) throw new ApplicationNotFound();
  return application;
}

/** Thrown for an application that is absent, or another's. */
export class ApplicationNotFound extends DomainError {
  constructor() {
    super('NOT_FOUND', '没有找到这份申请，请核对后再试。');
  }
}
