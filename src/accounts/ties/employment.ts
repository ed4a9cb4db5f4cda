/**
 * Who works for an employer: entered by the employer itself, and what it may look at depends on it (R34); so whoever is entered is told,
 * at the phone that is theirs.
 */
import { recordLook } from '../../audit/look.ts';
import { record } from '../../audit/record.ts';
import { inTransaction } from '../../db/tx.ts';
import { DomainError } from '../../shared/errors.ts';
import type { EmploymentList, EmploymentView } from '../../shared/shapes/shapes.ts';
import { enqueue } from '../../messages/enqueue.ts';
import { dateAt, type PlainDate } from '../../shared/time.ts';
import type { World } from '../../world.ts';
import { demandDate, demandPersonId } from '../demand.ts';
import { runsOn, type Employment } from '../organisation.ts';
import { paged, type Page } from '../page.ts';
import { maskId } from '../person-id.ts';
import { demandMay, demandNamedGrant, Forbidden, grantsFor, type PersonalAct } from '../role.ts';
import { reservedPhoneFor, type KnownPeople } from '../sign-in/request-code.ts';
import { organisationById } from '../store.ts';
import { demandAfter } from './link.ts';
import { endEmployment, findEmployment, listEmployments, openEmployment } from './store.ts';

interface NewEmployment {
  readonly idNumber: string;
  readonly name: string;
  readonly from: PlainDate;
  /** For which of one's grants; any of them unless told. */
  readonly grant?: string;
  readonly id?: string;
}

/**
 * The person works for the employer that one acts for (by the grant named, else the first), and is told so where they can be reached.
 * @throws DomainError CONTENT_INVALID, REGISTER_CONFLICT when the person works there already; Forbidden
 */
export async function enterEmployment(
  world: World,
  act: PersonalAct,
  { people, ...wanted }: NewEmployment & { readonly people: KnownPeople },
): Promise<EmploymentView> {
  const { organisationId } = demandNamedGrant(act.by, 'employments.manage', wanted.grant);
  const person = demandPersonId(wanted.idNumber, act);
  const from = demandDate(wanted.from, 'from');
  const name = wanted.name.trim();

  const { db } = world;
  const joining = { organisationId, idNumber: person.number, name, from };
  const scope = { ...world, ids: () => wanted.id ?? world.ids() };
  const phone = await reservedPhoneFor(world, people, person.number);
  const employer = (await organisationById(db, organisationId))?.name ?? '';
  const id = await inTransaction(db, async tx => {
    const opened = await openEmployment(tx, scope, joining);
    if (opened === undefined) return undefined;
    const detail = { organisationId, from };
    await record({ tx, db }, act, [{ action: 'employment.opened', subject: opened, detail }]);
    if (phone !== undefined)
      await enqueue(tx, world, [{ template: 'employment-listed', phone, values: { employer } }]);
    return opened;
  });
  const known = id ?? wanted.id;
  const employment = known === undefined ? undefined : await findEmployment(world, known);
  if (!employment) throw new DomainError('REGISTER_CONFLICT', '此人当时已在本单位在职，请先结束原在职关系。');
  return toEmploymentView(employment, dateAt(act.at));
}

/** The employment has a last day, the last on which the employer sees that person. @throws DomainError NOT_FOUND, REGISTER_INVALID, REGISTER_CONFLICT */
export async function leaveEmployment(
  world: World,
  act: PersonalAct,
  wanted: { employmentId: string; to: PlainDate },
): Promise<EmploymentView> {
  demandMay(act.by, 'employments.manage');
  const to = demandDate(wanted.to, 'to');
  const employment = await findEmployment(world, wanted.employmentId);
  // another employer's is as good as absent
  if (!employment || grantsFor(act.by, 'employments.manage', employment.organisationId).length === 0)
    throw new DomainError('NOT_FOUND', '没有这条在职关系，请核对后再试。');
  demandAfter(employment.from, to);

  const { db } = world;
  await inTransaction(db, async tx => {
    if (!(await endEmployment(tx, db, { id: employment.id, to })))
      throw new DomainError('REGISTER_CONFLICT', '这条在职关系已结束，请刷新后查看。');
    const detail = { organisationId: employment.organisationId, to };
    await record({ tx, db }, act, [{ action: 'employment.ended', subject: employment.id, detail }]);
  });
  return toEmploymentView({ ...employment, to }, dateAt(act.at));
}

/** One page of the people of the employers that one acts for, or of that grant's, masked; the look is audited. @throws Forbidden */
export async function viewEmployments(
  world: World,
  act: PersonalAct,
  wanted: { grant: string | undefined; current: boolean; page: Page },
): Promise<EmploymentList> {
  demandMay(act.by, 'employments.manage');

  const { page, current, grant } = wanted;
  const grants = grantsFor(act.by, 'employments.manage').filter(
    ({ id }) => grant === undefined || id === grant,
  );
  if (grants.length === 0) throw new Forbidden();
  const today = dateAt(act.at);
  const organisationIds = [...new Set(grants.map(({ organisationId }) => organisationId))];
  const rows = await listEmployments(world, {
    organisationIds,
    on: current ? today : undefined,
    after: page.after,
    limit: page.limit + 1,
  });
  const { items, next } = paged(rows, page);
  const detail = { count: items.length };
  const facts = organisationIds.map(subject => ({ action: 'employments.viewed', subject, detail }));
  await recordLook(world, act, facts);
  return { employments: items.map(each => toEmploymentView(each, today)), next };
}

function toEmploymentView(employment: Employment, today: PlainDate): EmploymentView {
  const { id, organisationId, name, idNumber, from, to } = employment;
  return {
    id,
    organisationId,
    name,
    idNumberMasked: maskId(idNumber),
    from,
    to: to ?? null,
    current: runsOn(employment, today),
  };
}
