/** The thirty fictional people and their organisations, as the demo's own data; identifiers are valid in form and nobody's. */
import type { Gender, IdType } from '../../accounts/person-id.ts';
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
  readonly submittingUnit: { readonly name: string; readonly uscc: string };
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
    readonly uploadDeadline?: PlainDate;
    readonly uploadLate?: boolean;
    readonly uploadCutoff?: PlainDate;
    readonly batchMonth?: Month;
    readonly bureauCheckDue?: PlainDate;
    readonly collectFrom?: PlainDate;
    readonly certNoPattern?: string;
    readonly maskedId: string;
    /** What a verification says on those days. */
    readonly stateOn?: Readonly<Record<PlainDate, string>>;
    readonly holderState?: string;
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

export interface PersonaOrganisation {
  readonly name: string;
  readonly uscc: string;
  readonly role: string;
}

export const ORGANISATIONS: readonly PersonaOrganisation[] = stored.organisations;

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
