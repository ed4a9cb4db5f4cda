/** A pass on an exam body's roster (R12): it waits for its holder's application, and again after a withdrawal or a rejection. */
import type { PersonalAct } from '../accounts/role.ts';
import { record } from '../audit/record.ts';
import type { Tx } from '../db/connect.ts';
import type { Act } from '../shared/act.ts';
import type { World } from '../world.ts';
import { courseFrom, type Application, type ApplicationContent } from './application.ts';
import { demandSeen, demandTurn, saveChange, type Seen } from './change.ts';
import { contentOf } from './content.ts';
import { ownContent } from './identity.ts';
import { addApplications, releasePass } from './store.ts';

/**
 * The pass is a draft of its holder's, filled in with what the exam body said.
 * @throws Forbidden, ApplicationNotFound, Stale, WrongState
 */
export async function applyForPass(world: World, act: PersonalAct, seen: Seen): Promise<Application> {
  const states = ['AWAITING_APPLICATION'] as const;
  const before = await demandSeen(world, act, { seen, action: 'application.draft', states });
  demandTurn(act.by, before);

  // the exam body's list may carry an old number; the account's is the one that was proved
  const draft = await ownContent(world, act.by, { ...contentOf(before), phone: '' });
  const phone = draft.phone === '' ? before.phone : draft.phone;
  const course = { ...before.course, changedAt: act.at };
  const after: Application = { ...before, state: 'DRAFT', draft: { ...draft, phone }, course };
  return saveChange(world, act, { before, after, action: 'application.applied' });
}

/** Identity of a pass: the same one on another roster is the same pass. */
export function passKeyOf(
  { cipher }: Pick<World, 'cipher'>,
  pass: Pick<Application, 'idNumber' | 'seriesCode' | 'qualification' | 'obtainedOn'> & {
    readonly examBodyId: string;
  },
): string {
  const { examBodyId, idNumber, seriesCode, qualification, obtainedOn } = pass;
  const parts = [examBodyId, idNumber, seriesCode, qualification, obtainedOn];
  return cipher.indexOf(parts.join('\n'), 'applications.pass_key');
}

/** The pass of this withdrawn or rejected application waits anew; nothing happens for one without a pass. */
export async function reopenPass(
  { tx, world }: { tx: Tx; world: World },
  act: Act,
  application: Application,
): Promise<void> {
  if (application.passKey === undefined) return;
  const id = world.ids();
  await releasePass(tx, world.db, application.id);
  await addApplications(tx, world, [waitingAnew(application, { id, at: act.at })]);
  const detail = { before: application.id };
  await record({ tx, db: world.db }, act, [{ action: 'pass.reopened', subject: id, detail }]);
}

function waitingAnew(application: Application, { id, at }: { id: string; at: number }): Application {
  const { examBodyId } = application.course;
  const draft: ApplicationContent = { ...contentOf(application), employerCode: '', archiveCode: '' };
  return {
    ...application,
    id,
    state: 'AWAITING_APPLICATION',
    batchMonth: undefined,
    employer: undefined,
    employerCode: undefined,
    submittingUnit: '',
    uploadedAt: undefined,
    draft,
    course: courseFrom({
      originator: 'exam-body',
      changedAt: at,
      examBodyId,
      turn: { kind: 'holder', organisationId: undefined },
    }),
  };
}
