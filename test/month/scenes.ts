/** What the thirty people and the desks do, on which day: the lines of the story, made from personas.json. */
import { PDFDocument } from '@cantoo/pdf-lib';
import type { ExecutionContext } from 'ava';
import { keyMonths, PERSONAS, type Persona } from '../../src/cli/demo/personas.ts';
import { contentOf, deskOf, examCells, rosterCells } from '../../src/cli/demo/papers.ts';
import type { Client } from '../support/people.ts';
import { afterwards, looks } from './aftermath.ts';
import { moment, type BureauAtWork, type Scene } from './bureau-at-work.ts';
import { listed, type ApplicationAnswer, type DeskKind } from './desks.ts';
import { collecting, monthEnd } from './month-end.ts';

/** Every scene of every person and of the bureau's months, in the order of the calendar. */
export function scenes(): readonly Scene[] {
  const all = [...PERSONAS.flatMap(personScenes), ...keyMonths().map(monthEnd)];
  return all.sort((a, b) => a.at - b.at);
}

function personScenes(persona: Persona): readonly Scene[] {
  const { timeline } = persona;
  const steps: readonly [event: string, hour: number, play: Scene['play'] | undefined][] =
    persona.route === 1
      ? [['uploadedAt', 10, (t, bureau) => uploadRoster(t, bureau, persona)]]
      : [
          ['resultAt', 9, (t, bureau) => uploadExamRoster(t, bureau, persona)],
          ['employerSubmittedAt', 9, (t, bureau) => employerFillsIn(t, bureau, persona)],
          ['holderConfirmedAt', 10, (t, bureau) => holderConfirms(t, bureau, persona)],
          ['submittedAt', 10, (t, bureau) => holderSubmits(t, bureau, persona)],
          ['withdrawnAt', 10, (t, bureau) => holderWithdraws(t, bureau, persona)],
          ['resubmittedAt', 11, (t, bureau) => holderSubmitsAgain(t, bureau, persona)],
          [
            'employerApprovedAt',
            14,
            (t, bureau) => decides(t, bureau, { persona, desk: 'employer', decision: 'approve' }),
          ],
          ['returnedAt', 15, (t, bureau) => returns(t, bureau, persona)],
          [
            'employerReapprovedAt',
            14,
            (t, bureau) => decides(t, bureau, { persona, desk: 'employer', decision: 'approve' }),
          ],
          [
            'deptApprovedAt',
            15,
            (t, bureau) => decides(t, bureau, { persona, desk: 'department', decision: 'approve' }),
          ],
          [
            'examBodyApprovedAt',
            15,
            (t, bureau) => decides(t, bureau, { persona, desk: 'exam-body', decision: 'approve' }),
          ],
          [
            'rejectedAt',
            15,
            (t, bureau) =>
              decides(t, bureau, {
                persona,
                desk: 'department',
                decision: 'reject',
                opinion: '没有聘任文件，请补齐聘任文件后重新申请。',
              }),
          ],
          ['uploadedAt', 16, (t, bureau) => uploads(t, bureau, persona)],
        ];
  const told = steps.flatMap(([event, hour, play]) => {
    const date = timeline[event];
    return date === undefined || play === undefined
      ? []
      : [{ at: moment(date, hour), title: `${persona.id} ${event}`, play }];
  });
  return [...told, ...collecting(persona), ...afterwards(persona), ...looks(persona)];
}

// ── route 1: the committee's organiser uploads ────────────────────

async function uploadRoster(t: ExecutionContext, bureau: BureauAtWork, persona: Persona): Promise<void> {
  const { expected, id } = persona;
  const organiser = await bureau.desk(deskOf(persona, 'organiser'));

  const answer = await organiser.upload('/api/rosters', {
    name: `${id}.json`,
    mediaType: 'application/json',
    bytes: new TextEncoder().encode(JSON.stringify([rosterCells(persona)])),
  });

  const taken = answer.body as { batchMonth: string; taken: number; late: number; applicationIds: string[] };
  t.is(answer.status, 201, `${id} ${JSON.stringify(answer.body)}`);
  t.is(taken.batchMonth, expected.batchMonth ?? '', id);
  t.is(taken.late, expected.uploadLate === true ? 1 : 0, id);
  const [application] = await listed(organiser, persona);
  const view = (await organiser.get(`/api/applications/${application?.id ?? ''}`)).body as Record<
    string,
    unknown
  >;
  t.like(view['deadlines'], deadlinesOf(persona), id);
  t.is(view['uploadLate'], expected.uploadLate, id);
}

/** R9, R16, R17: what personas.json expects of the calendar. */
function deadlinesOf({ expected }: Persona): Record<string, string> {
  const { uploadDeadline, bureauCheckDue = '', collectFrom = '' } = expected;
  return { ...(uploadDeadline === undefined ? {} : { uploadDeadline }), bureauCheckDue, collectFrom };
}

// ── routes 2 to 4: the person applies ────────────────────

async function uploadExamRoster(t: ExecutionContext, bureau: BureauAtWork, persona: Persona): Promise<void> {
  const { id } = persona;
  const examBody = await bureau.desk(deskOf(persona, 'exam-body'));
  const answer = await examBody.upload('/api/exam-rosters', {
    name: `${id}.json`,
    mediaType: 'application/json',
    bytes: new TextEncoder().encode(JSON.stringify([examCells(persona)])),
  });

  t.is(answer.status, 201, `${id} ${JSON.stringify(answer.body)}`);
}

async function holderSubmits(t: ExecutionContext, bureau: BureauAtWork, persona: Persona): Promise<void> {
  const holder = await bureau.holder(persona);
  const draft =
    persona.route === 3 ? await applyForPass(t, holder, persona) : await startDraft(t, holder, persona);
  // P14 is returned because the specialty says nothing; P21 withdraws to correct it
  const specialty =
    'returnedAt' in persona.timeline && persona.route === 2 ? '见附件' : persona.qualification.specialty;
  await submitWith(t, holder, { persona, draft, specialty });
}

async function applyForPass(
  t: ExecutionContext,
  holder: Client,
  { id }: Persona,
): Promise<ApplicationAnswer> {
  const [pass] = (
    (await holder.get('/api/applications?state=AWAITING_APPLICATION')).body as { items: ApplicationAnswer[] }
  ).items;
  const answer = await holder.post(`/api/applications/${pass?.id ?? 'none'}/apply`, {
    version: pass?.version,
  });
  t.is(answer.status, 200, `${id} ${JSON.stringify(answer.body)}`);
  return answer.body as ApplicationAnswer;
}

async function startDraft(t: ExecutionContext, holder: Client, persona: Persona): Promise<ApplicationAnswer> {
  const answer = await holder.post('/api/applications', {
    route: persona.route,
    content: contentOf(persona),
  });
  t.is(answer.status, 201, `${persona.id} ${JSON.stringify(answer.body)}`);
  return answer.body as ApplicationAnswer;
}

async function submitWith(
  t: ExecutionContext,
  client: Client,
  { persona, draft, specialty }: { persona: Persona; draft: ApplicationAnswer; specialty: string },
): Promise<void> {
  const written = await client.put(`/api/applications/${draft.id}/content`, {
    version: draft.version,
    content: { ...contentOf(persona), specialty },
  });
  t.is(written.status, 200, `${persona.id} ${JSON.stringify(written.body)}`);
  const version = await withDocuments(t, client, { persona, application: written.body as ApplicationAnswer });
  const submitted = await client.post(`/api/applications/${draft.id}/submit`, { version });
  t.is(submitted.status, 200, `${persona.id} ${JSON.stringify(submitted.body)}`);
}

/** Route 4 needs the review's result as a file (R7); resubmitted, P26 adds the notice that the department missed. */
async function withDocuments(
  t: ExecutionContext,
  client: Client,
  { persona, application }: { persona: Persona; application: ApplicationAnswer },
): Promise<number> {
  if (persona.route !== 4) return application.version;
  const bytes = await aPage(`${persona.id} ${application.state}`);
  const file = { name: '评审结果通知.pdf', mediaType: 'application/pdf', bytes };
  const answer = await client.upload(`/api/applications/${application.id}/files`, file, {
    purpose: 'REVIEW_RESULT',
  });
  t.is(answer.status, 201, `${persona.id} ${JSON.stringify(answer.body)}`);
  return (answer.body as { version: number }).version;
}

async function aPage(text: string): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  document.addPage([200, 100]).drawText(text, { x: 10, y: 50, size: 12 });
  return document.save();
}

async function holderWithdraws(t: ExecutionContext, bureau: BureauAtWork, persona: Persona): Promise<void> {
  const holder = await bureau.holder(persona);
  const [application] = await listed(holder, persona);
  const answer = await holder.post(`/api/applications/${application?.id ?? ''}/withdraw`, {
    version: application?.version,
    reason: '专业填写有误',
  });
  t.is((answer.body as ApplicationAnswer).state, 'WITHDRAWN', persona.id);
}

/** After a return the same application is amended; after a withdrawal a new one is made. */
async function holderSubmitsAgain(
  t: ExecutionContext,
  bureau: BureauAtWork,
  persona: Persona,
): Promise<void> {
  if ('withdrawnAt' in persona.timeline) return holderSubmits(t, bureau, persona);
  const holder = await bureau.holder(persona);
  const [draft] = await listed(holder, persona);
  t.is(draft?.state, 'RETURNED', persona.id);
  if (draft) await submitWith(t, holder, { persona, draft, specialty: persona.qualification.specialty });
  return undefined;
}

async function employerFillsIn(t: ExecutionContext, bureau: BureauAtWork, persona: Persona): Promise<void> {
  const employer = await bureau.desk(deskOf(persona, 'employer'));
  const draft = await startDraft(t, employer, persona);
  await submitWith(t, employer, { persona, draft, specialty: persona.qualification.specialty });
}

async function holderConfirms(t: ExecutionContext, bureau: BureauAtWork, persona: Persona): Promise<void> {
  const holder = await bureau.holder(persona);
  const [application] = await listed(holder, persona);
  t.is(application?.state, 'HOLDER_CONFIRM', persona.id);
  const answer = await holder.post(`/api/applications/${application?.id ?? ''}/confirm`, {
    version: application?.version,
  });
  t.is((answer.body as ApplicationAnswer).state, 'EMPLOYER_REVIEW', persona.id);
}

// ── level by level ────────────────────

async function decides(
  t: ExecutionContext,
  bureau: BureauAtWork,
  wanted: { persona: Persona; desk: DeskKind; decision: string; opinion?: string },
): Promise<void> {
  const { persona, desk, decision, opinion = '' } = wanted;
  const reviewer = await bureau.desk(deskOf(persona, desk));
  const [application] = await listed(reviewer, persona);
  const answer = await reviewer.post(`/api/applications/${application?.id ?? ''}/decisions`, {
    version: application?.version,
    decision,
    ...(opinion === '' ? {} : { opinion }),
  });
  t.is(answer.status, 200, `${persona.id} ${desk} ${JSON.stringify(answer.body)}`);
}

/** P14 is returned by the employer, P26 by the department. */
async function returns(t: ExecutionContext, bureau: BureauAtWork, persona: Persona): Promise<void> {
  const desk = persona.route === 2 ? 'employer' : 'department';
  const opinion = desk === 'employer' ? '专业未写明，请补填。' : '缺评审通过通知，请补齐。';
  await decides(t, bureau, { persona, desk, decision: 'return', opinion });
}

async function uploads(t: ExecutionContext, bureau: BureauAtWork, persona: Persona): Promise<void> {
  const uploader = await bureau.desk(deskOf(persona, persona.route === 3 ? 'exam-body' : 'department'));
  const [application] = await listed(uploader, persona);
  const answer = await uploader.post('/api/uploads', {
    items: [{ id: application?.id, version: application?.version }],
  });
  const { results } = answer.body as { results: { ok: boolean; batchMonth?: string }[] };
  t.true(results[0]?.ok, `${persona.id} ${JSON.stringify(answer.body)}`);
  const view = (await uploader.get(`/api/applications/${application?.id ?? ''}`)).body as Record<
    string,
    unknown
  >;
  t.is(view['batchMonth'], persona.expected.batchMonth, persona.id);
  t.like(view['deadlines'], deadlinesOf(persona), persona.id);
}
