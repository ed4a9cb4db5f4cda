/**
 * The way of an application through review: who decides next and what follows (notice: R10–R15; domain §5.1, §5.3). One table and one
 * judge over it; whatever the table does not name is refused. Pure.
 */
import { grantsFor, roleOf, type Action, type Actor, type Grant, type Role } from '../accounts/role.ts';
import type { Application, ApplicationState, Step, Turn } from '../applications/application.ts';
import { isVisibleBy } from '../applications/visible.ts';
import type { ErrorCode } from '../shared/errors.ts';
import type { Instant } from '../shared/time.ts';
import type { DecisionKind, PriorDecision, ReviewLevel } from './decision.ts';

/** Roles that decide on applications. */
type Reviewer = Extract<Role, 'employer' | 'department' | 'exam-body' | 'handler' | 'approver'>;

interface Post {
  readonly level: ReviewLevel;
  readonly action: Action;
  readonly turn: Turn['kind'];
  /** For each decision of this level: the states in which it may be taken. */
  readonly may: Readonly<Partial<Record<DecisionKind, readonly ApplicationState[]>>>;
}

/** The table of domain §5.1 and §5.3. An application that the bureau returned stands at its uploader's level again. */
const POSTS: Readonly<Record<Reviewer, Post>> = {
  employer: {
    level: 'employer',
    action: 'review.employer',
    turn: 'employer',
    may: { approve: ['EMPLOYER_REVIEW'], return: ['EMPLOYER_REVIEW'] },
  },
  department: {
    level: 'department',
    action: 'review.department',
    turn: 'department',
    may: {
      approve: ['DEPT_REVIEW', 'RETURNED'],
      return: ['DEPT_REVIEW', 'RETURNED'],
      reject: ['DEPT_REVIEW', 'RETURNED'],
    },
  },
  'exam-body': {
    level: 'exam-body',
    action: 'review.exam-body',
    turn: 'exam-body',
    may: {
      approve: ['EXAM_REVIEW', 'RETURNED'],
      return: ['EXAM_REVIEW', 'RETURNED'],
      reject: ['EXAM_REVIEW', 'RETURNED'],
    },
  },
  handler: {
    level: 'bureau-check',
    action: 'bureau.check',
    turn: 'bureau',
    may: {
      check: ['UPLOADED', 'BUREAU_CHECK'],
      return: ['UPLOADED', 'BUREAU_CHECK'],
      'propose-reject': ['UPLOADED', 'BUREAU_CHECK'],
      back: ['BUREAU_CHECK'],
    },
  },
  approver: {
    level: 'bureau-approve',
    action: 'bureau.reject',
    turn: 'bureau',
    may: { return: ['BUREAU_CHECK'], reject: ['BUREAU_CHECK'], back: ['BUREAU_CHECK'] },
  },
};
const REVIEWERS = Object.keys(POSTS) as readonly Reviewer[]; // the keys of the literal above

export interface Wanted {
  readonly decision: DecisionKind;
  /** The version of the application that was seen. */
  readonly version: number;
  /** Checked by `opinionFault`; blank when nothing is said. */
  readonly opinion: string;
}

/** Who decides, when, and what was decided on this application before. */
export interface Circumstances {
  readonly actor: Actor;
  readonly at: Instant;
  readonly prior: readonly PriorDecision[];
}

export interface Refusal {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly detail: string;
}

export interface Judgement {
  readonly ok: true;
  readonly level: ReviewLevel;
  /** In which capacity it is decided. */
  readonly grant: Grant;
  readonly step: Step;
}

/**
 * What follows from this person's decision on this application as it stands: the step it takes, or why not.
 *
 * Total: every state, role and decision has an answer. Codes: FORBIDDEN, NOT_FOUND, OWN_APPLICATION, STALE, APPLICATION_STATE,
 * SAME_REVIEWER, TWO_PERSONS_NEEDED, SUBMITTING_UNIT_MISSING.
 */
export function judge(
  application: Application,
  circumstances: Circumstances,
  wanted: Wanted,
): Judgement | Refusal {
  const { actor } = circumstances;
  const posts = postsOf(actor);
  if (posts.length === 0) return refusal('FORBIDDEN');
  const visible = posts.filter(grant => isVisibleBy(grant, application));
  if (visible.length === 0) return refusal('NOT_FOUND');
  if (application.idNumber === actor.idNumber) return refusal('OWN_APPLICATION');
  const entitled = visible.filter(grant => postOf(grant)?.may[wanted.decision] !== undefined);
  if (entitled.length === 0) return refusal('FORBIDDEN');
  if (application.course.version !== wanted.version) return refusal('STALE');
  const judged = entitled.map(grant => judgeBy(grant, { application, circumstances, wanted }));
  return judged.find(each => each.ok) ?? judged.find(isPersonal) ?? judged[0] ?? refusal('FORBIDDEN');
}

/** What is said of an application that is not there: what `judge` says of one that this person may not see. */
export function judgeAbsent(actor: Actor): Refusal {
  return refusal(postsOf(actor).length === 0 ? 'FORBIDDEN' : 'NOT_FOUND');
}

/** The levels at which this person decides. */
export function levelsOf(actor: Actor): readonly ReviewLevel[] {
  return postsOf(actor).flatMap(grant => postOf(grant)?.level ?? []);
}

/** The grants by which this person decides on anything. */
function postsOf(actor: Actor): readonly Grant[] {
  return REVIEWERS.flatMap(role => grantsFor(actor, POSTS[role].action)).filter(onlyOnce);
}

function onlyOnce(grant: Grant, place: number, all: readonly Grant[]): boolean {
  return all.indexOf(grant) === place;
}

/** A refusal because of who asks says more than one because of where the application stands. */
function isPersonal(judged: Judgement | Refusal): boolean {
  return !judged.ok && judged.code !== 'APPLICATION_STATE';
}

function postOf(grant: Grant): Post | undefined {
  const role = roleOf(grant);
  return REVIEWERS.some(reviewer => reviewer === role) ? POSTS[role as Reviewer] : undefined;
}

interface Case {
  readonly application: Application;
  readonly circumstances: Circumstances;
  readonly wanted: Wanted;
}

function judgeBy(grant: Grant, { application, circumstances, wanted }: Case): Judgement | Refusal {
  const post = postOf(grant);
  if (!post || !standsBefore(grant, post, application)) return refusal('APPLICATION_STATE');
  if (!post.may[wanted.decision]?.includes(application.state)) return refusal('APPLICATION_STATE');
  const separated = separationFault(post.level, application, circumstances);
  if (separated) return refusal(separated);
  const { actor, at } = circumstances;
  const step = stepFor(post, application, { ...wanted, by: actor.accountId, at });
  return 'code' in step ? step : { ok: true, level: post.level, grant, step };
}

function standsBefore(grant: Grant, post: Post, { course }: Application): boolean {
  if (course.turn?.kind !== post.turn) return false;
  return post.turn === 'bureau' || course.turn.organisationId === grant.organisationId;
}

/** R15: one account decides at most one level of a round; the bureau's approver never is the handler. */
function separationFault(
  level: ReviewLevel,
  { course }: Application,
  { actor, prior }: Circumstances,
): 'SAME_REVIEWER' | 'TWO_PERSONS_NEEDED' | undefined {
  if (level === 'bureau-approve' && course.checkedBy === actor.accountId) return 'TWO_PERSONS_NEEDED';
  const other = prior.find(
    decision =>
      decision.round === course.round && decision.accountId === actor.accountId && decision.level !== level,
  );
  if (!other) return undefined;
  const bothOfBureau = level.startsWith('bureau') && other.level.startsWith('bureau');
  return bothOfBureau ? 'TWO_PERSONS_NEEDED' : 'SAME_REVIEWER';
}

function stepFor(
  post: Post,
  application: Application,
  wanted: Wanted & { readonly by: string; readonly at: Instant },
): Step | Refusal {
  const { decision, opinion, by, at } = wanted;
  const { course } = application;
  const bureau: Turn = { kind: 'bureau', organisationId: undefined };
  switch (decision) {
    case 'approve':
      return approved(post, application, at);
    case 'return': {
      const turn = post.turn === 'bureau' ? uploaderOf(application) : submitterOf(application);
      if (!turn)
        return {
          ...refusal('APPLICATION_STATE'),
          detail: '没有可退回的报送单位；如不能通过，请提出不予通过。',
        };
      return { ...CLEARED, at, state: 'RETURNED', turn, reason: opinion };
    }
    case 'reject':
      // §5.3: in the bureau the handler proposes and another person decides
      if (post.turn === 'bureau' && !course.rejectProposed)
        return { ...refusal('APPLICATION_STATE'), detail: '经办人尚未提出不予通过；请先倒回核对。' };
      return { ...CLEARED_BUT_MONTH, at, state: 'REJECTED', turn: undefined, reason: opinion };
    case 'check':
      if (application.state === 'BUREAU_CHECK' && !course.rejectProposed) return refusal('APPLICATION_STATE');
      return {
        at,
        state: 'BUREAU_CHECK',
        turn: bureau,
        rejectProposed: false,
        checkedBy: by,
        reason: undefined,
      };
    case 'propose-reject':
      if (course.rejectProposed) return refusal('APPLICATION_STATE');
      return {
        at,
        state: 'BUREAU_CHECK',
        turn: bureau,
        rejectProposed: true,
        checkedBy: by,
        reason: opinion,
      };
    case 'back':
      return {
        at,
        state: 'UPLOADED',
        turn: bureau,
        rejectProposed: false,
        checkedBy: undefined,
        reason: undefined,
      };
    default:
      return decision satisfies never;
  }
}

const CLEARED_BUT_MONTH = { passedAt: undefined, rejectProposed: false, checkedBy: undefined } as const;
/** It drops out of its batch and meets every later level anew. */
const CLEARED = { ...CLEARED_BUT_MONTH, batchMonth: undefined, carriedFrom: undefined } as const;

function approved({ level }: Post, { course, state }: Application, at: Instant): Step | Refusal {
  if (level === 'employer') {
    const { departmentId } = course;
    if (departmentId === undefined) return refusal('SUBMITTING_UNIT_MISSING');
    const turn: Turn = { kind: 'department', organisationId: departmentId };
    return { at, state: 'DEPT_REVIEW', turn, passedAt: undefined, reason: undefined };
  }
  if (state !== 'RETURNED' && course.passedAt !== undefined) return refusal('APPLICATION_STATE');
  const next = level === 'exam-body' ? 'EXAM_REVIEW' : 'DEPT_REVIEW';
  // it stays at this level until it is uploaded together with others (汇总上传)
  return { at, state: next, turn: course.turn, passedAt: at, reason: undefined };
}

/** To whom employer, department and exam body return: whoever filled it in (R11). */
function submitterOf({ course }: Application): Turn {
  return course.originator === 'employer' && course.employerId !== undefined
    ? { kind: 'employer', organisationId: course.employerId }
    : { kind: 'holder', organisationId: undefined };
}

/** To whom the bureau returns: whoever uploaded it; nobody when the bureau or its operator brought it in. */
function uploaderOf({ route, course }: Application): Turn | undefined {
  const kind = ({ 1: 'organiser', 2: 'department', 3: 'exam-body', 4: 'department' } as const)[route];
  const uploader = {
    organiser: course.organiserId,
    department: course.departmentId,
    'exam-body': course.examBodyId,
  }[kind];
  return uploader === undefined || course.originator === 'bureau'
    ? undefined
    : { kind, organisationId: uploader };
}

const DETAILS = {
  FORBIDDEN: '您没有办理此项的权限；如确需办理，请联系本单位管理员或市局管理员。',
  NOT_FOUND: '没有找到这份申请，请核对后再试。',
  OWN_APPLICATION: '不得办理本人的申请，请由其他人办理。',
  STALE: '这份申请在您打开之后已有变化，请刷新页面核对后再办理。',
  APPLICATION_STATE: '这份申请当前不在您这一级办理，请刷新页面核对其状态。',
  SAME_REVIEWER: '您已在另一级办理过这份申请，这一级须由其他人办理。',
  TWO_PERSONS_NEEDED: '核对与批准须由两个人分别办理，请由另一人办理。',
  SUBMITTING_UNIT_MISSING: '这份申请没有主管部门或档案存放机构，请退回补充。',
} as const satisfies Partial<Record<ErrorCode, string>>;

export function refusal(code: keyof typeof DETAILS): Refusal {
  return { ok: false, code, detail: DETAILS[code] };
}
