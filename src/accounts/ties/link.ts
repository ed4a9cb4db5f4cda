/** Which department an employer stands under, in time: the way of its people's applications (R14). One at a time. */
import { record } from '../../audit/record.ts';
import { inTransaction } from '../../db/tx.ts';
import type { Act } from '../../shared/act.ts';
import { DomainError } from '../../shared/errors.ts';
import type { OrganisationLinkList } from '../../shared/shapes/shapes.ts';
import type { PlainDate } from '../../shared/time.ts';
import type { World } from '../../world.ts';
import { demandAllowed, demandDate } from '../demand.ts';
import { normaliseOrganisationCode } from '../organisation-code.ts';
import type { Organisation, OrganisationLink } from '../organisation.ts';
import { paged, type Page } from '../page.ts';
import { toOrganisationView } from '../register/register-organisation.ts';
import { demandMay, type PersonalAct } from '../role.ts';
import { lockOrganisation, organisationsByCode, organisationsById } from '../store.ts';
import { addLink, endLink, findLink, isLinkedFrom, listLinks } from './store.ts';

type LinkView = OrganisationLinkList['links'][number];

/**
 * The employer stands under that department from that day.
 * @throws DomainError ORGANISATION_UNKNOWN, REGISTER_INVALID for wrong capacities, REGISTER_CONFLICT when it stands under one then; Forbidden
 */
export async function linkEmployer(
  world: World,
  act: Act | PersonalAct,
  wanted: { employerCode: string; departmentCode: string; from: PlainDate; id?: string },
): Promise<OrganisationLink> {
  demandAllowed(act, 'register.change');
  const from = demandDate(wanted.from, 'from');
  const employer = await organisationFor(world, wanted.employerCode, '/employerCode');
  const department = await organisationFor(world, wanted.departmentCode, '/departmentCode');
  demandFitting(employer, department);

  const { db } = world;
  const id = wanted.id ?? world.ids();
  const link = { id, employerId: employer.id, departmentId: department.id, from, to: undefined };
  return inTransaction(db, async tx => {
    await lockOrganisation(tx, db, employer.id);
    const made = await findLink(db, id, tx);
    if (made) return made;
    if (await isLinkedFrom(tx, db, { employerId: employer.id, from }))
      throw new DomainError('REGISTER_CONFLICT', '该用人单位当时已有业务主管部门，请先终止原隶属关系。', {
        pointer: '/from',
      });
    await addLink(tx, db, link);
    const detail = { departmentId: department.id, from };
    await record({ tx, db }, act, [{ action: 'organisation.linked', subject: employer.id, detail }]);
    return link;
  });
}

/** The link has a last day. @throws DomainError NOT_FOUND, REGISTER_INVALID, REGISTER_CONFLICT when it has one already; Forbidden */
export async function unlinkEmployer(
  world: World,
  act: Act | PersonalAct,
  wanted: { linkId: string; to: PlainDate },
): Promise<OrganisationLink> {
  demandAllowed(act, 'register.change');
  const to = demandDate(wanted.to, 'to');
  const link = await findLink(world.db, wanted.linkId);
  if (!link) throw new DomainError('NOT_FOUND', '没有这条隶属关系，请核对后再试。');
  demandAfter(link.from, to);

  const { db } = world;
  await inTransaction(db, async tx => {
    if (!(await endLink(tx, db, { id: link.id, to })))
      throw new DomainError('REGISTER_CONFLICT', '这条隶属关系已终止，请刷新后查看。');
    const detail = { departmentId: link.departmentId, to };
    await record({ tx, db }, act, [{ action: 'organisation.unlinked', subject: link.employerId, detail }]);
  });
  return { ...link, to };
}

/** One page of links. @throws Forbidden */
export async function viewLinks(
  world: World,
  act: PersonalAct,
  wanted: { employerId?: string | undefined; departmentId?: string | undefined; page: Page },
): Promise<OrganisationLinkList> {
  demandMay(act.by, 'register.view');

  const { page, ...ends } = wanted;
  const rows = await listLinks(world.db, { ...ends, after: page.after, limit: page.limit + 1 });
  const { items, next } = paged(rows, page);
  return { links: await toLinkViews(world, items), next };
}

/** The links with both organisations in full. */
export async function toLinkViews(
  { db }: Pick<World, 'db'>,
  links: readonly OrganisationLink[],
): Promise<LinkView[]> {
  const ids = links.flatMap(({ employerId, departmentId }) => [employerId, departmentId]);
  const organisations = await organisationsById(db, ids);
  return links.flatMap(({ id, employerId, departmentId, from, to }) => {
    const employer = organisations.get(employerId);
    const department = organisations.get(departmentId);
    if (!employer || !department) return [];
    const ends = { employer: toOrganisationView(employer), department: toOrganisationView(department) };
    return [{ id, ...ends, from, to: to ?? null }];
  });
}

/** @throws DomainError REGISTER_INVALID when the last day lies before the first */
export function demandAfter(from: PlainDate, to: PlainDate): void {
  if (to < from)
    throw new DomainError('REGISTER_INVALID', '最后一日不能早于第一日，请改正日期。', { pointer: '/to' });
}

async function organisationFor({ db }: World, code: string, pointer: string): Promise<Organisation> {
  const wanted = normaliseOrganisationCode(code);
  const found = (await organisationsByCode(db, [wanted])).get(wanted);
  if (!found) throw new DomainError('ORGANISATION_UNKNOWN', '没有登记这个单位，请先登记单位。', { pointer });
  return found;
}

function demandFitting(employer: Organisation, department: Organisation): void {
  if (!employer.capacities.includes('employer'))
    throw new DomainError('REGISTER_INVALID', '下级单位没有用人单位的身份，请先在单位登记中增加。', {
      pointer: '/employerCode',
    });
  if (!department.capacities.includes('department') && !department.capacities.includes('archive'))
    throw new DomainError('REGISTER_INVALID', '上级单位既非业务主管部门也非档案存放机构，请核对。', {
      pointer: '/departmentCode',
    });
}
