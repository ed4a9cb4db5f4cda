/** What changed since somebody last looked: what a decision saw, compared with what the application says now. Pure. */
import { maskId, maskPhone } from '../accounts/person-id.ts';
import { contentText, type Application } from '../applications/application.ts';

/** The fields in the order in which `contentText` writes them. */
const FIELDS = [
  ['route', 'batchMonth', 'idType', 'idNumber', 'name', 'printedName', 'gender', 'phone'],
  [
    'employer',
    'employerCode',
    'submittingUnit',
    'seriesCode',
    'specialty',
    'level',
    'qualification',
    'reviewBody',
  ],
  ['obtainedOn', 'filedOn', 'correctsNumber', 'correctsVersion'],
] as const;
export type SeenField = (typeof FIELDS)[number][number];

export interface ChangedField {
  readonly field: SeenField;
  /** Null when there was nothing. ID number and phone are masked. */
  readonly before: string | null;
  readonly after: string | null;
}

/** The fields in which the application differs from what was seen; the month of its batch is no content of it. */
export function changedSince(seen: string, application: Application): readonly ChangedField[] {
  return changedBetween(seen, contentText(application));
}

/** The fields that differ between two things that were seen. */
export function changedBetween(earlier: string, later: string): readonly ChangedField[] {
  const before = JSON.parse(earlier) as unknown[][]; // both sealed as contentText wrote them
  const after = JSON.parse(later) as unknown[][];
  return FIELDS.flatMap((names, group) =>
    names.flatMap((field, place): readonly ChangedField[] => {
      const [was, is] = [before[group]?.[place] ?? null, after[group]?.[place] ?? null];
      if (was === is || field === 'batchMonth') return [];
      return [{ field, before: shown(field, was), after: shown(field, is) }];
    }),
  );
}

function shown(field: SeenField, value: unknown): string | null {
  if (value === null) return null;
  const text = String(value);
  if (field === 'idNumber') return maskId(text);
  return field === 'phone' ? maskPhone(text) : text;
}
