/**
 * What was written is judged and goes its way: to the employer (routes 2 and 4), first to the holder when the employer filled it in
 * (R11), to the exam body (R12), or back to the bureau (route 1, after a return). A resubmission repeats all levels (domain §5.1).
 */
import type { PersonalAct } from '../accounts/role.ts';
import type { Message } from '../messages/message.ts';
import { DomainError } from '../shared/errors.ts';
import { monthAt } from '../shared/time.ts';
import type { World } from '../world.ts';
import type { Application, Course } from './application.ts';
import { filesOf } from './attachment/store.ts';
import { demandSeen, demandTurn, saveChange, type Seen } from './change.ts';
import type { JudgedContent } from './check-content.ts';
import { contentOf } from './content.ts';
import { judgeContent } from './judge-content.ts';

/** R11: a holder who does not answer within so many days leaves it to the employer again. */
export const CONFIRM_DAYS = 10;

/**
 * The application claims its title and waits at its first level.
 * @throws Forbidden, ApplicationNotFound, Stale, WrongState; ContentInvalid, DomainError ENTITLEMENT_MISSING,
 * SUBMITTING_UNIT_MISSING, ATTACHMENT_MISSING; TitleHeld when another live claim to the title stands
 */
export async function submitApplication(world: World, act: PersonalAct, seen: Seen): Promise<Application> {
  const states = ['DRAFT', 'RETURNED'] as const;
  const before = await demandSeen(world, act, { seen, action: 'application.submit', states });
  demandTurn(act.by, before);

  await demandFiles(world, before);
  const content = contentOf(before);
  const judged = await judgeContent(world, act, { application: before, content });
  const after = submitted({ ...before, draft: content }, judged, act);
  const messages = after.state === 'HOLDER_CONFIRM' ? [askToConfirm(after)] : [];
  return saveChange(world, act, { before, after, messages, action: 'application.submitted' });
}

/** R7: an entrusted review is shown by its result document. */
async function demandFiles(world: World, { id, route }: Application): Promise<void> {
  if (route !== 4) return;
  const files = await filesOf(world, id);
  if (files.some(({ purpose }) => purpose === 'REVIEW_RESULT')) return;
  const detail = '委托评审须附评审结果文件，请先上传这份材料，种类选“评审结果文件”，再提交。';
  throw new DomainError('ATTACHMENT_MISSING', detail, { pointer: '/files' });
}

function submitted(
  before: Application,
  { employerId, departmentId, ...said }: JudgedContent,
  act: PersonalAct,
): Application {
  const { course } = before;
  const isRouteOne = before.route === 1;
  const again: Course = {
    ...course,
    round: course.submittedAt === undefined ? course.round : course.round + 1,
    // routes 2 and 4 are reviewed by these; the others only name them
    employerId: isRouteOne ? (employerId ?? course.employerId) : before.route === 3 ? undefined : employerId,
    departmentId: isRouteOne
      ? (departmentId ?? course.departmentId)
      : before.route === 3
        ? undefined
        : departmentId,
    submittedAt: act.at,
    passedAt: undefined,
    changedAt: act.at,
    reason: undefined,
    rejectProposed: false,
    checkedBy: undefined,
    carriedFrom: undefined,
  };
  const next = nextStep(before, employerId);
  const uploaded = isRouteOne
    ? { batchMonth: monthAt(act.at), uploadedAt: act.at }
    : { batchMonth: undefined, uploadedAt: undefined };
  return { ...before, ...said, ...uploaded, state: next.state, course: { ...again, turn: next.turn } };
}

function nextStep(
  { route, course }: Application,
  employerId: string | undefined,
): { readonly state: Application['state']; readonly turn: Course['turn'] } {
  switch (route) {
    case 1:
      return { state: 'UPLOADED', turn: { kind: 'bureau', organisationId: undefined } };
    case 3:
      return { state: 'EXAM_REVIEW', turn: { kind: 'exam-body', organisationId: course.examBodyId } };
    case 2:
    case 4:
      return course.originator === 'employer'
        ? { state: 'HOLDER_CONFIRM', turn: { kind: 'holder', organisationId: undefined } }
        : { state: 'EMPLOYER_REVIEW', turn: { kind: 'employer', organisationId: employerId } };
    default:
      return route satisfies never;
  }
}

function askToConfirm({ phone, employer = '用人单位' }: Application): Message {
  return { template: 'confirm', phone, values: { employer, days: String(CONFIRM_DAYS) } };
}
