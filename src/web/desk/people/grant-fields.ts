/** The fields by which a duty is granted, and what they say to the service. Pure. */
import type { NewGrant } from '../../../shared/shapes/shapes.ts';
import { textIn, type FormField, type FormValues } from '../parts/fields.ts';
import { CAPACITY_OPTIONS } from '../registers/words.ts';
import { DUTY_OPTIONS, peopleWords } from './words.ts';

const said = peopleWords;

export const GRANT_FIELDS: readonly FormField[] = [
  { name: 'organisationCode', label: said.unit, kind: 'unit' },
  {
    name: 'capacity',
    label: said.capacity,
    kind: 'choice',
    options: CAPACITY_OPTIONS,
    hint: said.capacityHint,
  },
  {
    name: 'duty',
    label: said.duty,
    kind: 'choice',
    options: DUTY_OPTIONS,
    hint: said.dutyHint,
    isOptional: true,
  },
];

/** Outside the bureau everybody is a clerk. */
export function grantIn(values: FormValues): Record<keyof NewGrant, string> {
  const capacity = textIn(values, 'capacity');
  const duty = capacity === 'bureau' ? textIn(values, 'duty') || 'clerk' : 'clerk';
  return { organisationCode: textIn(values, 'organisationCode'), capacity, duty };
}
