/**
 * The registers of the demonstration, derived from the thirty people: who is over whom, which committees are filed, who may appoint, and
 * one clerk for each desk. Everything is fictional; codes and numbers are valid in form and nobody's.
 */
import type { Capacity } from '../../accounts/organisation.ts';
import { checkCharacterOf } from '../../accounts/person-id.ts';
import type { Duty } from '../../accounts/role.ts';
import type { CommitteeSubtype } from '../../applications/register/register.ts';
import type { Level } from '../../certificate/level.ts';
import { ORGANISATIONS, PERSONAS, type Persona } from './personas.ts';

/** Long before the first story, so that every link and filing runs during all of them. */
const SINCE = '2019-01-01';

export interface DemoOrganisation {
  readonly name: string;
  readonly code: string;
  readonly capacities: readonly Capacity[];
}

/** Sets up the committees that are not a university's own. */
const ORGANISER: DemoOrganisation = {
  name: '天津市职称评审服务中心（测试）',
  code: '12120199TEXT00287E',
  capacities: ['organiser'],
};
/** Registers practitioners; its systems ask over the API (R35). */
const REGISTRATION_BODY: DemoOrganisation = {
  name: '天津市执业注册管理中心（测试）',
  code: '12120199TEXT002959',
  capacities: ['registration-body'],
};
const CAPACITIES_OF: Readonly<Record<string, readonly Capacity[]>> = {
  issuer: ['bureau'],
  档案存放地人力资源服务机构: ['archive'],
  业务主管部门: ['department'],
  职称考试机构: ['exam-body'],
  用人单位: ['employer'],
};

/** R3: one organisation may hold several capacities; a university is an employer and sets up its own committee. */
export function demoOrganisations(): readonly DemoOrganisation[] {
  const selfOrganised = new Set(committeePersonas('自主评审').map(persona => employerCode(persona)));
  const listed = ORGANISATIONS.map(({ name, uscc, role }) => ({
    name,
    code: uscc,
    capacities: [
      ...(CAPACITIES_OF[role] ?? ['employer' as const]),
      ...(selfOrganised.has(uscc) ? ['organiser' as const] : []),
    ],
  }));
  return [...listed, ORGANISER, REGISTRATION_BODY];
}

export interface DemoLink {
  readonly employerCode: string;
  readonly departmentCode: string;
  readonly from: string;
}

/** Employers under a department; those whose people name an archive body have none (R14). */
export function demoLinks(): readonly DemoLink[] {
  const departments = new Map(
    ORGANISATIONS.filter(each => each.role === '业务主管部门').map(each => [each.name, each.uscc]),
  );
  const links = new Map<string, DemoLink>();
  for (const { employer, submittingUnit } of PERSONAS) {
    const departmentCode = departments.get(submittingUnit.name);
    if (employer && departmentCode !== undefined)
      links.set(employer.uscc, { employerCode: employer.uscc, departmentCode, from: SINCE });
  }
  return [...links.values()];
}

export interface DemoCommittee {
  readonly filingNumber: string;
  readonly name: string;
  readonly organiserCode: string;
  readonly subtype: CommitteeSubtype;
  readonly seriesCodes: readonly string[];
  readonly levels: readonly Level[];
  readonly from: string;
}

export function demoCommittees(): readonly DemoCommittee[] {
  const personas = [...committeePersonas('社会化评审'), ...committeePersonas('自主评审')];
  return personas.map((persona, place) => ({
    filingNumber: `津职评备〔2019〕${String(place + 1).padStart(3, '0')}号（测试）`,
    name: persona.qualification.reviewBody,
    organiserCode: persona.routeSubtype === '自主评审' ? employerCode(persona) : ORGANISER.code,
    subtype: persona.routeSubtype === '自主评审' ? '自主评审' : '社会化评审',
    seriesCodes: [persona.qualification.seriesCode],
    levels: [persona.qualification.levelLetter],
    from: SINCE,
  }));
}

export interface DemoEntitlement {
  readonly organisationCode: string;
  readonly seriesCode: string;
  readonly levels: readonly Level[];
  readonly document: string;
  readonly from: string;
}

/** Employers of the second route may appoint in the series of their people, to the levels that need no special mention (R5). */
export function demoEntitlements(): readonly DemoEntitlement[] {
  const appointed = PERSONAS.filter(persona => persona.route === 2);
  const pairs = new Map(
    appointed.map(persona => [`${employerCode(persona)} ${persona.qualification.seriesCode}`, persona]),
  );
  return [...pairs.values()].map(persona => ({
    organisationCode: employerCode(persona),
    seriesCode: persona.qualification.seriesCode,
    levels: ['C', 'D', 'E'],
    document: '津职聘备〔2019〕1号（测试）',
    from: SINCE,
  }));
}

export interface DemoStaff {
  readonly login: string;
  readonly name: string;
  readonly idNumber: string;
  readonly phone: string;
  readonly organisationCode: string;
  readonly capacity: Capacity;
  readonly duty: Duty;
}

const BUREAU_STAFF: readonly { readonly login: string; readonly name: string; readonly duty: Duty }[] = [
  { login: 'guanli', name: '测试管理员', duty: 'administrator' },
  { login: 'jingban', name: '测试经办人', duty: 'handler' },
  { login: 'fuhe', name: '测试复核人', duty: 'approver' },
  { login: 'zhangyin', name: '测试撤销专员', duty: 'revocation-officer' },
  { login: 'shenji', name: '测试审计员', duty: 'auditor' },
];

/** One account for each duty of the bureau, and one clerk for each capacity of every other organisation. */
export function demoStaff(): readonly DemoStaff[] {
  const organisations = demoOrganisations();
  const bureau = organisations.find(each => each.capacities.includes('bureau'));
  if (!bureau) throw new RangeError('demo register: no bureau among the organisations');
  const inBureau = BUREAU_STAFF.map(each => ({
    ...each,
    organisationCode: bureau.code,
    capacity: 'bureau' as const,
  }));
  const clerks = organisations.flatMap(({ name, code, capacities }) =>
    capacities
      .filter(capacity => capacity !== 'bureau')
      .map(capacity => ({
        login: clerkLogin(code, capacity),
        name: `${name.slice(0, 12)}经办人`,
        organisationCode: code,
        capacity,
        duty: 'clerk' as const,
      })),
  );
  return [...inBureau, ...clerks].map((each, place) => ({
    ...each,
    idNumber: staffIdNumber(place + 1),
    phone: `1990000${String(9001 + place)}`,
  }));
}

/** Such as `employer-0014`: the capacity and the digits that tell the fictional codes apart. */
export function clerkLogin(code: string, capacity: Capacity): string {
  return `${capacity}-${code.slice(12, 16)}`;
}

/** A number of a region that nobody has (120199), GB 11643. */
function staffIdNumber(serial: number): string {
  const first17 = `12019919800102${String(serial).padStart(3, '0')}`;
  return first17 + checkCharacterOf(first17);
}

function committeePersonas(subtype: CommitteeSubtype): readonly Persona[] {
  return PERSONAS.filter(persona => persona.route === 1 && persona.routeSubtype === subtype);
}

function employerCode({ id, employer }: Persona): string {
  if (!employer) throw new RangeError(`persona ${id}: no employer`);
  return employer.uscc;
}
