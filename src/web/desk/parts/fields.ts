/** What a plain form of the console is made of: its fields, and what people have put into them. */
import type { OrganisationView } from '../../../shared/shapes/shapes.ts';

export interface FormField {
  /** Also its place in the body, `/name`, by which the service names what is wrong. */
  readonly name: string;
  readonly label: string;
  readonly kind: 'text' | 'long' | 'date' | 'choice' | 'ticks' | 'unit';
  readonly hint?: string;
  readonly isOptional?: boolean;
  /** Of choices and ticks. */
  readonly options?: readonly { readonly value: string; readonly name: string }[];
  /** Of units: only those that may act as that. */
  readonly capacity?: OrganisationView['capacities'][number];
  readonly initial?: string | readonly string[];
  readonly maxLength?: number;
  readonly inputMode?: 'numeric' | 'text';
}

export type FormValues = Record<string, string | readonly string[]>;

/** The text of that field; empty for one of several values. */
export function textIn(values: FormValues, name: string): string {
  const value = values[name];
  return typeof value === 'string' ? value.trim() : '';
}

/** The values of a field of ticks. */
export function listIn(values: FormValues, name: string): readonly string[] {
  const value = values[name];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}
