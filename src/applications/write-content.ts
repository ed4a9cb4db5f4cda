/** A draft or a returned application is written anew by whose turn it is; what it says is judged when it is submitted. */
import type { PersonalAct } from '../accounts/role.ts';
import { dateAt } from '../shared/time.ts';
import type { World } from '../world.ts';
import type { Application, ApplicationContent } from './application.ts';
import { demandSeen, demandTurn, saveChange, type Seen } from './change.ts';
import { sketchOf } from './content.ts';
import { ownContent, passedContent, staffContent } from './identity.ts';
import { demandPerson } from './start-draft.ts';

/**
 * The application's words are these, kept as written.
 * @throws Forbidden, ApplicationNotFound, Stale, WrongState; ContentInvalid for another's identity, or against the exam body's pass
 */
export async function writeContent(
  world: World,
  act: PersonalAct,
  { content: written, ...seen }: Seen & { readonly content: ApplicationContent },
): Promise<Application> {
  const states = ['DRAFT', 'RETURNED'] as const;
  const before = await demandSeen(world, act, { seen, action: 'application.submit', states });
  demandTurn(act.by, before);

  const content = await permitted(world, act, { before, written });
  const after: Application = {
    ...before,
    // what was submitted stays in the columns, and goes on guarding its title, until the next submission
    ...(before.state === 'DRAFT' && before.route !== 3 ? sketchOf(content, dateAt(act.at)) : {}),
    draft: content,
    course: { ...before.course, changedAt: act.at },
  };
  return saveChange(world, act, { before, after, action: 'application.written' });
}

async function permitted(
  world: World,
  act: PersonalAct,
  { before, written }: { before: Application; written: ApplicationContent },
): Promise<ApplicationContent> {
  const { employerId, turn } = before.course;
  if (turn?.kind === 'employer' && employerId !== undefined) {
    demandPerson(written, dateAt(act.at));
    return staffContent(world, employerId, written);
  }
  if (turn?.kind !== 'holder') return written;
  const own = await ownContent(world, act.by, written);
  return before.route === 3 ? passedContent(before, own) : own;
}
