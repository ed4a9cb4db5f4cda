/** The steps of one person's way to the bureau, by route: on which day, in which situation, and what is done by whom. */
import { PDFDocument } from '@cantoo/pdf-lib';
import type { PersonalAct } from '../../accounts/role.ts';
import { attachFile } from '../../applications/attachment/change-files.ts';
import type { Application } from '../../applications/application.ts';
import { confirmApplication } from '../../applications/confirm-application.ts';
import { applyForPass } from '../../applications/exam-pass.ts';
import { COMMITTEE_ROSTER, EXAM_ROSTER, type HeadList } from '../../applications/roster/columns.ts';
import { readRoster } from '../../applications/roster/read-roster.ts';
import type { ReadRoster } from '../../applications/roster/roster.ts';
import { startDraft } from '../../applications/start-draft.ts';
import { submitApplication } from '../../applications/submit-application.ts';
import { takeInExamRoster } from '../../applications/take-in-passes.ts';
import { uploadRoster } from '../../applications/upload-roster.ts';
import { withdrawApplication } from '../../applications/withdraw-application.ts';
import { writeContent } from '../../applications/write-content.ts';
import { decide } from '../../review/decide.ts';
import { uploadMany } from '../../review/upload.ts';
import type { Instant, PlainDate } from '../../shared/time.ts';
import type { World } from '../../world.ts';
import { contentOf, deskOf, examCells, rosterCells } from './papers.ts';
import type { Persona } from './personas.ts';
import { deskAct, holderAct } from './setup.ts';

/** What a step works on; without application when it is the first. */
interface Situation {
  readonly persona: Persona;
  readonly application: Application | undefined;
  readonly at: Instant;
}

export interface Step {
  readonly date: PlainDate;
  /** Hour of the day, Shanghai. */
  readonly hour: number;
  /** The application that the step is for, undefined when it is to be made, false when the step was taken before. */
  readonly when: (standing: readonly Application[]) => Application | undefined | false;
  readonly act: (world: World, situation: Situation) => Promise<void>;
}

type Kind = Omit<Step, 'date'>;

/** In the order of the notice; a person takes those that personas.json has a date for. */
const STEPS: Readonly<Record<string, Kind>> = {
  resultAt: { hour: 9, when: nothing, act: sendPass },
  employerSubmittedAt: { hour: 9, when: nothing, act: employerFillsIn },
  holderConfirmedAt: { hour: 10, when: inState('HOLDER_CONFIRM'), act: confirm },
  submittedAt: { hour: 10, when: nothingOrPass, act: submitFirst },
  withdrawnAt: { hour: 10, when: firstUnderExamReview, act: withdraw },
  employerApprovedAt: { hour: 14, when: inState('EMPLOYER_REVIEW'), act: approvedBy('employer') },
  returnedAt: { hour: 15, when: firstRound, act: giveBack },
  resubmittedAt: { hour: 11, when: returnedOrPass, act: submitAgain },
  employerReapprovedAt: { hour: 14, when: inState('EMPLOYER_REVIEW'), act: approvedBy('employer') },
  deptApprovedAt: { hour: 15, when: inState('DEPT_REVIEW'), act: approvedBy('department') },
  examBodyApprovedAt: { hour: 15, when: inState('EXAM_REVIEW'), act: approvedBy('exam-body') },
  rejectedAt: { hour: 15, when: inState('DEPT_REVIEW'), act: reject },
  uploadedAt: { hour: 16, when: passed, act: upload },
};

export function stepsOf(persona: Persona): readonly Step[] {
  const { timeline, route } = persona;
  if (route === 1) return [{ date: timeline['uploadedAt'] ?? '', hour: 10, when: nothing, act: sendRoster }];
  return Object.entries(STEPS).flatMap(([event, kind]) => {
    const date = timeline[event];
    // the exam's own dates are no steps, and a route has only its own
    if (date === undefined) return [];
    return [{ date, ...kind }];
  });
}

// ── in which situation ─────────────────────────────────────────────────────────────────────────────────────────────

function nothing(standing: readonly Application[]): undefined | false {
  return standing.length === 0 ? undefined : false;
}

function inState(state: Application['state']): Step['when'] {
  return standing => {
    const newest = standing.at(-1);
    return newest?.state === state && newest.course.passedAt === undefined ? newest : false;
  };
}

/** P21 withdraws the first application only. */
function firstUnderExamReview(standing: readonly Application[]): Application | false {
  const [first] = standing;
  return first?.state === 'EXAM_REVIEW' && standing.length === 1 ? first : false;
}

function nothingOrPass(standing: readonly Application[]): Application | undefined | false {
  if (standing.length > 1) return false;
  const [pass] = standing;
  return !pass || pass.state === 'AWAITING_APPLICATION' ? pass : false;
}

function firstRound(standing: readonly Application[]): Application | false {
  const newest = standing.at(-1);
  const isUnderReview = newest?.state === 'EMPLOYER_REVIEW' || newest?.state === 'DEPT_REVIEW';
  return newest && isUnderReview && newest.course.round === 1 ? newest : false;
}

function returnedOrPass(standing: readonly Application[]): Application | false {
  const newest = standing.at(-1);
  const isPassAgain = newest?.state === 'AWAITING_APPLICATION' && standing.length > 1;
  return newest && (newest.state === 'RETURNED' || isPassAgain) ? newest : false;
}

function passed(standing: readonly Application[]): Application | false {
  const newest = standing.at(-1);
  const isUnderReview = newest?.state === 'DEPT_REVIEW' || newest?.state === 'EXAM_REVIEW';
  return newest && isUnderReview && newest.course.passedAt !== undefined ? newest : false;
}

// ── what is done ───────────────────────────────────────────────────────────────────────────────────────────────────

async function sendRoster(world: World, { persona, at }: Situation): Promise<void> {
  const act = await deskAct(world, deskOf(persona, 'organiser'), at);
  await uploadRoster(world, act, { read: await readCells(rosterCells(persona), COMMITTEE_ROSTER) });
}

async function sendPass(world: World, { persona, at }: Situation): Promise<void> {
  const act = await deskAct(world, deskOf(persona, 'exam-body'), at);
  await takeInExamRoster(world, act, { read: await readCells(examCells(persona), EXAM_ROSTER) });
}

async function readCells(cells: Record<string, string>, heads: HeadList): Promise<ReadRoster> {
  return readRoster(new TextEncoder().encode(JSON.stringify([cells])), 'demo.json', heads);
}

async function employerFillsIn(world: World, { persona, at }: Situation): Promise<void> {
  const act = await deskAct(world, deskOf(persona, 'employer'), at);
  const draft = await startDraft(world, act, { id: world.ids(), route: 2, content: contentOf(persona) });
  await submitApplication(world, act, seen(draft));
}

async function confirm(world: World, { persona, application, at }: Situation): Promise<void> {
  await confirmApplication(world, await holderAct(world, persona, at), seen(application));
}

/** P14's specialty says nothing at first, which is why the employer returns it. */
async function submitFirst(world: World, { persona, application, at }: Situation): Promise<void> {
  const act = await holderAct(world, persona, at);
  const isVague = 'returnedAt' in persona.timeline && persona.route === 2;
  const content = { ...contentOf(persona), ...(isVague ? { specialty: '见附件' } : {}) };
  const draft = application
    ? await applyForPass(world, act, seen(application))
    : await startDraft(world, act, { id: world.ids(), route: persona.route === 4 ? 4 : 2, content });
  const written = await writeContent(world, act, { ...seen(draft), content });
  await submitWithDocuments(world, act, { persona, application: written });
}

async function submitAgain(world: World, situation: Situation): Promise<void> {
  const { persona, application, at } = situation;
  const act = await holderAct(world, persona, at);
  const draft =
    application?.state === 'AWAITING_APPLICATION'
      ? await applyForPass(world, act, seen(application))
      : application;
  const written = await writeContent(world, act, { ...seen(draft), content: contentOf(persona) });
  await submitWithDocuments(world, act, { persona, application: written });
}

/** Route 4 needs the review's result as a file (R7). */
async function submitWithDocuments(
  world: World,
  act: PersonalAct,
  { persona, application }: { persona: Persona; application: Application },
): Promise<void> {
  const { id, course } = application;
  if (persona.route !== 4) {
    await submitApplication(world, act, seen(application));
    return;
  }
  const bytes = await aPage(`${persona.id} review result, round ${course.round} (test)`);
  const upload = async (): ReturnType<Parameters<typeof attachFile>[2]['upload']> =>
    Promise.resolve({
      file: { name: '评审结果通知.pdf', mediaType: 'application/pdf', bytes },
      fields: { purpose: 'REVIEW_RESULT' },
    });
  const { version } = await attachFile(world, act, { applicationId: id, upload });
  await submitApplication(world, act, { id, version });
}

async function aPage(text: string): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  document.addPage([420, 120]).drawText(text, { x: 20, y: 60, size: 14 });
  return document.save();
}

async function withdraw(world: World, { persona, application, at }: Situation): Promise<void> {
  const act = await holderAct(world, persona, at);
  await withdrawApplication(world, act, { ...seen(application), reason: '专业填写有误' });
}

function approvedBy(desk: 'employer' | 'department' | 'exam-body'): Step['act'] {
  return async (world, { persona, application, at }) => {
    const act = await deskAct(world, deskOf(persona, desk), at);
    await decide(world, act, { ...seen(application), decision: 'approve' });
  };
}

/** P14 by its employer, P26 by its department. */
async function giveBack(world: World, { persona, application, at }: Situation): Promise<void> {
  const desk = application?.state === 'EMPLOYER_REVIEW' ? 'employer' : 'department';
  const opinion = desk === 'employer' ? '专业未写明，请补填。' : '缺评审通过通知，请补齐。';
  const act = await deskAct(world, deskOf(persona, desk), at);
  await decide(world, act, { ...seen(application), decision: 'return', opinion });
}

async function reject(world: World, { persona, application, at }: Situation): Promise<void> {
  const act = await deskAct(world, deskOf(persona, 'department'), at);
  const opinion = '没有聘任文件，请补齐聘任文件后重新申请。';
  await decide(world, act, { ...seen(application), decision: 'reject', opinion });
}

async function upload(world: World, { persona, application, at }: Situation): Promise<void> {
  const desk = persona.route === 3 ? 'exam-body' : 'department';
  const act = await deskAct(world, deskOf(persona, desk), at);
  await uploadMany(world, act, { items: [seen(application)] });
}

function seen(application: Application | undefined): { id: string; version: number } {
  if (!application) throw new RangeError('demo: a step without its application');
  return { id: application.id, version: application.course.version };
}
