/**
 * A draft of route 2 or 4 begins: the holder's own (R10, R13), or an employer's for one of its people (R11). Nothing is claimed yet, so
 * nothing but who it is for is judged.
 */
import { checkPersonId, isIdType, normalisePersonId } from '../accounts/person-id.ts';
import { demandMay, Forbidden, grantsFor, type Actor, type PersonalAct } from '../accounts/role.ts';
import { idTypeOf } from '../accounts/demand.ts';
import { runsOn, type Employment } from '../accounts/organisation.ts';
import { findEmployment } from '../accounts/ties/store.ts';
import { normaliseOrganisationCode } from '../accounts/organisation-code.ts';
import { organisationsById } from '../accounts/store.ts';
import { record } from '../audit/record.ts';
import { inTransaction, isDuplicate } from '../db/tx.ts';
import { DomainError } from '../shared/errors.ts';
import { dateAt, type PlainDate } from '../shared/time.ts';
import type { World } from '../world.ts';
import {
  courseFrom,
  type Application,
  type ApplicationContent,
  type Originator,
  type Turn,
} from './application.ts';
import { ContentInvalid } from './check-content.ts';
import { sketchOf } from './content.ts';
import { ownContent, staffContent } from './identity.ts';
import { addApplications, applicationsById, countDrafts } from './store.ts';
import { ApplicationNotFound } from './find-application.ts';
import { isVisibleTo } from './visible.ts';

/** Most drafts of one person that may lie open at once. */
export const MAX_DRAFTS = 20;

export interface NewDraft {
  /** Follows from the request's Idempotency-Key: the same request again is the same application. */
  readonly id: string;
  readonly route: 2 | 4;
  readonly content: ApplicationContent;
  /** Of an employer's: who it is for, as it stands in its list of staff. */
  readonly employmentId?: string | undefined;
}

/**
 * The draft stands; one that stands under that id already is left as it is.
 * @throws Forbidden; ContentInvalid (CONTENT_INVALID) for another's identity; DomainError TOO_MANY_DRAFTS
 */
export async function startDraft(world: World, act: PersonalAct, wanted: NewDraft): Promise<Application> {
  demandMay(act.by, 'application.draft');
  const before = await standing(world, act.by, wanted.id);
  if (before) return before;
  const draft = act.by.kind === 'holder' ? await own(world, act, wanted) : await ofStaff(world, act, wanted);
  try {
    await inTransaction(world.db, async tx => {
      await demandRoom(world, draft, async drafts => countDrafts(world.db, drafts, tx));
      await addApplications(tx, world, [draft]);
      const detail = { route: draft.route, capacity: draft.course.originator };
      await record({ tx, db: world.db }, act, [{ action: 'application.drafted', subject: draft.id, detail }]);
    });
  } catch (error) {
    // the same request came twice at once: the other one's draft stands
    const other = isDuplicate(error) ? await standing(world, act.by, wanted.id) : undefined;
    if (!other) throw error;
    return other;
  }
  return draft;
}

async function standing(world: World, actor: Actor, id: string): Promise<Application | undefined> {
  const application = (await applicationsById(world, [id])).get(id);
  if (application && !isVisibleTo(actor, application)) throw new ApplicationNotFound();
  return application;
}

async function own(world: World, act: PersonalAct, wanted: NewDraft): Promise<Application> {
  const content = await ownContent(world, act.by, wanted.content);
  return draftOf(world, act, { ...wanted, content, employerId: undefined });
}

/** R11: route 2 only; the person must be known from the start, for the draft is theirs. */
async function ofStaff(world: World, act: PersonalAct, wanted: NewDraft): Promise<Application> {
  if (wanted.route !== 2) throw new Forbidden('委托评审的申请须由本人填报，用人单位只办理审核。');
  const known =
    wanted.employmentId === undefined ? undefined : await staffMember(world, act, wanted.employmentId);
  const employerId = known?.organisationId ?? (await employerFor(world, act.by, wanted.content.employerCode));
  const content = await staffContent(world, employerId, {
    ...wanted.content,
    ...(known ? identityOf(known) : {}),
  });
  demandPerson(content, dateAt(act.at));
  return draftOf(world, act, { ...wanted, content, employerId });
}

/** Somebody else's staff is as good as absent. */
async function staffMember(world: World, act: PersonalAct, id: string): Promise<Employment> {
  const employment = await findEmployment(world, id);
  const isOwn = employment && grantsFor(act.by, 'application.draft', employment.organisationId).length > 0;
  if (isOwn && runsOn(employment, dateAt(act.at))) return employment;
  throw new DomainError('NOT_FOUND', '此人今天不在本单位在职人员中，请刷新人员名单后再选。');
}

/** What the list of staff already says; the sex where the number tells it (GB 11643: its 17th digit). */
function identityOf({ name, idNumber }: Employment): Partial<ApplicationContent> {
  const idType = idTypeOf(idNumber);
  const digit = /^\d{16}(\d)[\dX]$/.exec(idNumber)?.[1];
  const gender = digit === undefined ? {} : { gender: Number(digit) % 2 === 1 ? '男' : '女' };
  return { name, idNumber, idType, ...gender };
}

/** Somebody may act for several employers: the code tells which; a stranger's code is refused by `staffContent`. */
async function employerFor(world: World, actor: Actor, code: string): Promise<string> {
  const ids = grantsFor(actor, 'application.draft').map(grant => grant.organisationId);
  const employers = await organisationsById(world.db, ids);
  const wanted = normaliseOrganisationCode(code);
  const [first = ''] = ids;
  return ids.find(id => employers.get(id)?.code === wanted) ?? first;
}

/** @throws ContentInvalid unless the ID number is one */
export function demandPerson({ idType, idNumber }: ApplicationContent, on: PlainDate): void {
  const type = isIdType(idType) ? idType : undefined;
  const answer = type && checkPersonId({ type, number: normalisePersonId(idNumber), on });
  if (answer?.ok) return;
  if (answer)
    throw new ContentInvalid(answer.faults.map(fault => ({ pointer: '/content/idNumber', ...fault })));
  const detail = '请先填写所报人员的证件类型和证件号码。';
  throw new ContentInvalid([{ pointer: '/content/idType', code: 'ID_TYPE_UNKNOWN', detail }]);
}

function draftOf(
  world: World,
  act: PersonalAct,
  { id, route, content, employerId }: NewDraft & { readonly employerId: string | undefined },
): Application {
  const turn: Turn =
    employerId === undefined
      ? { kind: 'holder', organisationId: undefined }
      : { kind: 'employer', organisationId: employerId };
  return {
    ...sketchOf(content, dateAt(act.at)),
    id,
    route,
    subtype: undefined,
    state: 'DRAFT',
    batchMonth: undefined,
    rosterId: undefined,
    rarityPolicy: world.config.rarityPolicy,
    employer: undefined,
    filedOn: undefined,
    uploadedAt: undefined,
    uploadDeadline: undefined,
    uploadLate: false,
    corrects: undefined,
    entrustLetter: undefined,
    externalNumber: undefined,
    draft: content,
    passKey: undefined,
    course: courseFrom({
      originator: employerId === undefined ? 'holder' : 'employer',
      changedAt: act.at,
      employerId,
      turn,
    }),
  };
}

type Count = (drafts: Parameters<typeof countDrafts>[1]) => Promise<number>;

async function demandRoom(world: World, draft: Application, count: Count): Promise<void> {
  const { originator, employerId } = draft.course;
  const idNumberIndex = world.cipher.indexOf(draft.idNumber, 'applications.id_number');
  const open = await count({ idNumberIndex, originator, employerId });
  if (open >= MAX_DRAFTS) throw new DomainError('TOO_MANY_DRAFTS', tooManyDrafts(originator));
}

/** Only a holder can withdraw a draft. */
function tooManyDrafts(originator: Originator): string {
  const next = originator === 'holder' ? '请先提交或撤回其中几份' : '请改用已有的草稿，填好后提交';
  return `此人未提交的草稿已有 ${MAX_DRAFTS} 份，${next}。`;
}
