/** The thirty fictional people and their organisations, as the demo's own data; identifiers are valid in form and nobody's. */
import type { Gender, IdType } from '../../accounts/person-id.ts';
import type { Capacity, Organisation } from '../../accounts/organisation.ts';
import type { Route } from '../../applications/application.ts';
import type { Level } from '../../certificate/level.ts';
import type { Month, PlainDate } from '../../shared/time.ts';
import stored from './personas.json' with { type: 'json' };

export interface Persona {
  readonly id: string;
  readonly route: Route;
  readonly routeSubtype: string | null;
  readonly holder: {
    readonly name: string;
    readonly gender: Gender;
    readonly idType: IdType;
    readonly idNumber: string;
    readonly mobile: string;
  };
  readonly employer: { readonly name: string; readonly uscc: string } | null;
  readonly submittingUnit: { readonly name: string };
  readonly qualification: {
    readonly seriesCode: string;
    readonly series: string;
    readonly specialty: string;
    readonly levelLetter: Level;
    readonly level: string;
    readonly title: string;
    readonly reviewBody: string;
    readonly obtainedDate: PlainDate;
  };
  readonly timeline: Readonly<Record<string, PlainDate>>;
  readonly postIssuance?: readonly PostIssuance[];
  readonly expected: {
    readonly batchMonth?: Month;
    readonly collectFrom?: PlainDate;
    readonly finalApplicationState: string;
    readonly finalCertificateState: string | null;
    readonly displayName: { readonly gbk: string };
    readonly rareCharacters: {
      readonly gbk: readonly {
        readonly char: string;
        readonly pinyin: string;
        readonly pinyinSource: string;
      }[];
    };
    readonly legalBasis: string | null;
  };
}

export interface PostIssuance {
  readonly event: string;
  readonly date: PlainDate;
  readonly reasonCode?: string;
  readonly reason?: string;
  readonly to?: string;
  readonly proof?: string;
}

/** Our own file, written for this type. */
export const PERSONAS = stored.personas as unknown as readonly Persona[];

const CAPACITY_OF: Readonly<Record<string, Capacity>> = {
  issuer: 'bureau',
  档案存放地人力资源服务机构: 'archive',
  业务主管部门: 'department',
  职称考试机构: 'exam-body',
  用人单位: 'employer',
};

export function demoOrganisations(ids: () => string): readonly Organisation[] {
  return stored.organisations.map(({ name, uscc, role }) => ({
    id: ids(),
    name,
    code: uscc,
    capacities: [CAPACITY_OF[role] ?? 'employer'],
  }));
}

/** Those whose application ends in a certificate. */
export function issuedPersonas(): readonly Persona[] {
  return PERSONAS.filter(persona => persona.expected.finalApplicationState === 'GENERATED');
}

/** Months that need a signing key: every batch, and every correction's month. */
export function keyMonths(): readonly Month[] {
  const batches = issuedPersonas().flatMap(persona => persona.expected.batchMonth ?? []);
  const corrections = PERSONAS.flatMap(persona => persona.postIssuance ?? [])
    .filter(event => event.event === 'CORRECT')
    .map(event => event.date.slice(0, 7));
  return [...new Set([...batches, ...corrections])].sort();
}
