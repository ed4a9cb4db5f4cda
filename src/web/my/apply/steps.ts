/** The short steps of an application, which field stands on which, and where each field is on the page. Pure. */
import type { ApplicationView } from '../../../shared/shapes/shapes.ts';

export const STEPS = ['who', 'unit', 'title', 'papers', 'check'] as const;
export type Step = (typeof STEPS)[number];

/** What the applicant writes: every field, blank where nothing is written. */
export type Content = Required<NonNullable<ApplicationView['content']>>;
export type Field = keyof Content;

export const BLANK: Content = {
  name: '',
  namePinyin: '',
  gender: '',
  idType: '',
  idNumber: '',
  phone: '',
  employerCode: '',
  archiveCode: '',
  series: '',
  specialty: '',
  level: '',
  qualification: '',
  reviewBody: '',
  obtainedOn: '',
  entrustLetter: '',
  externalNumber: '',
};

const STEP_OF: Readonly<Record<Field | 'files', Step>> = {
  name: 'who',
  namePinyin: 'who',
  gender: 'who',
  idType: 'who',
  idNumber: 'who',
  phone: 'who',
  employerCode: 'unit',
  archiveCode: 'unit',
  series: 'title',
  specialty: 'title',
  level: 'title',
  qualification: 'title',
  externalNumber: 'title',
  reviewBody: 'papers',
  obtainedOn: 'papers',
  entrustLetter: 'papers',
  files: 'papers',
};

/** The field that a fault's pointer names; undefined for a pointer to nothing on these pages. */
export function fieldAt(pointer: string): Field | 'files' | undefined {
  const name = pointer.replace(/^\/content\//, '').replace(/^\//, '');
  return name in STEP_OF ? (name as Field | 'files') : undefined;
}

export function stepOf(field: Field | 'files'): Step {
  return STEP_OF[field];
}

/** Faults in the order of the pages, so that a list of them reads from the top down. */
export function inOrder<T extends { readonly pointer: string }>(faults: readonly T[]): readonly T[] {
  const fields: readonly string[] = Object.keys(STEP_OF);
  const placeOf = ({ pointer }: T): number => fields.indexOf(fieldAt(pointer) ?? 'files');
  return [...faults].sort((one, other) => placeOf(one) - placeOf(other));
}

/** Id of the control on the page: where a link in the list of faults leads. */
export function controlOf(field: Field | 'files'): string {
  return `field-${field}`;
}

export function isStep(text: string | undefined): text is Step {
  return (STEPS as readonly (string | undefined)[]).includes(text);
}
