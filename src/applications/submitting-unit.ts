/**
 * Who will submit an applicant's papers to the bureau, told while the form is being filled in and not only when it is sent: the
 * department over the employer, else the body that keeps the personnel file; whoever has neither cannot apply yet (R14).
 */
import { normaliseOrganisationCode } from '../accounts/organisation-code.ts';
import { toOrganisationView } from '../accounts/register/register-organisation.ts';
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { organisationsByCode } from '../accounts/store.ts';
import { departmentOf } from '../accounts/ties/store.ts';
import type { SubmittingUnit } from '../shared/shapes/shapes.ts';
import { dateAt } from '../shared/time.ts';
import type { World } from '../world.ts';
import { entitlementsOf } from './register/store.ts';

const NO_DEPARTMENT =
  '这家单位没有登记业务主管部门，由存放您人事档案的人力资源服务机构呈报，请在下面选这家机构。档案还没有存放的，请先存入，再提交申请。';
const NO_EMPLOYER =
  '没有用人单位的，由存放您人事档案的人力资源服务机构呈报，请在下面选这家机构。档案还没有存放的，请先存入，再提交申请。';

/** As the registers stand on the day of the act; an employer that is not registered counts as none. @throws Forbidden */
export async function submittingUnitFor(
  { db }: Pick<World, 'db'>,
  act: PersonalAct,
  employerCode: string,
): Promise<SubmittingUnit> {
  demandMay(act.by, 'register.view');

  const code = normaliseOrganisationCode(employerCode);
  const found = (await organisationsByCode(db, [code])).get(code);
  const employer = found?.capacities.includes('employer') ? found : undefined;
  if (!employer) return { department: null, archiveNeeded: true, mayAppoint: false, detail: NO_EMPLOYER };
  const department = await departmentOf(db, employer.id, dateAt(act.at));
  const entitlements = await entitlementsOf(db, employer.id);
  return {
    department: department ? toOrganisationView(department) : null,
    archiveNeeded: department === undefined,
    mayAppoint: entitlements.length > 0,
    detail: department ? `由${department.name}呈报，不用填档案存放机构。` : NO_DEPARTMENT,
  };
}
