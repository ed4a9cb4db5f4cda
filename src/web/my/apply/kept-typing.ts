/**
 * What was typed and not yet saved, through a reload of the page: in this tab's session storage, for whoever typed it, and only what
 * says nothing of the person. Name, reading, sex and kind of document stay in memory; ID number and phone are never typed here.
 */
import { BLANK, type Content, type Field } from './steps.ts';

const KEPT = [
  'employerCode',
  'archiveCode',
  'series',
  'specialty',
  'level',
  'qualification',
  'reviewBody',
  'obtainedOn',
  'entrustLetter',
] as const satisfies readonly Field[];
const PREFIX = 'zhicheng.typed.';

export interface Typed {
  /** What the service had when it was typed; absent where somebody else has written something other, and nothing is chosen yet. */
  readonly was?: string;
  readonly is: string;
}
export type TypedFields = Readonly<Partial<Record<Field, Typed>>>;

/** Whose application, and which. */
export interface Place {
  readonly owner: string;
  readonly id: string;
}

/** Keeps what differs; with nothing that differs nothing is kept any more. @param typed.contested fields that wait for a choice */
export function keepTyped(
  { owner, id }: Place,
  { base, content, contested }: Readonly<{ base: Content; content: Content; contested: readonly Field[] }>,
): void {
  const differing = KEPT.filter(field => base[field] !== content[field]);
  const fields = Object.fromEntries(
    differing.map(field => [
      field,
      contested.includes(field) ? { is: content[field] } : { was: base[field], is: content[field] },
    ]),
  );
  try {
    if (differing.length === 0) sessionStorage.removeItem(PREFIX + id);
    else sessionStorage.setItem(PREFIX + id, JSON.stringify({ owner, fields }));
  } catch {
    // full or forbidden: it stays in this page
  }
}

/** What that person typed before the reload; nothing of anybody else's. */
export function typedBefore({ owner, id }: Place): TypedFields {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(PREFIX + id) ?? 'null');
    if (!isRecord(kept) || kept['owner'] !== owner || !isRecord(kept['fields'])) return {};
    const { fields } = kept;
    return Object.fromEntries(
      KEPT.flatMap(field => {
        const typed = fields[field];
        return isTyped(typed) ? [[field, typed]] : [];
      }),
    );
  } catch {
    return {}; // forbidden, or not as this page writes it
  }
}

/** Nothing typed stays in this tab; for leaving a device that others use. */
export function forgetTyped(): void {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  } catch {
    // forbidden: then nothing was kept either
  }
}

function isTyped(value: unknown): value is Typed {
  return (
    isRecord(value) &&
    ['string', 'undefined'].includes(typeof value['was']) &&
    typeof value['is'] === 'string'
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The fields in which two contents differ; number and phone are the account's, not typed. */
export function changedFields(one: Readonly<Content>, other: Readonly<Content>): readonly Field[] {
  const fields = Object.keys(BLANK) as Field[]; // the keys of its type
  return fields.filter(field => field !== 'idNumber' && field !== 'phone' && one[field] !== other[field]);
}
