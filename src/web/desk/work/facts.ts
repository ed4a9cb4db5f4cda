/** What an application says, in the notice's order (R21), with what the reviewer should see beside it. Pure. */
import type { ApplicationView, ReviewItem } from '../../../shared/shapes/shapes.ts';
import { fullDayWords } from '../../shared/dates.ts';
import { words } from './words.ts';

export type Claim = NonNullable<ApplicationView['claim']>;

export interface Fact {
  readonly name: string;
  readonly label: string;
  readonly text: string;
  /** What it said when it was compared; undefined when it is the same. */
  readonly was: string | undefined;
}

const ORDER = [
  'name',
  'printedName',
  'gender',
  'idType',
  'idNumber',
  'phone',
  'submittingUnit',
  'employer',
  'employerCode',
  'qualification',
  'series',
  'specialty',
  'level',
  'reviewBody',
  'obtainedOn',
  'filedOn',
  'entrustLetter',
  'externalNumber',
] as const satisfies readonly (keyof Claim)[];

/** The claim's field that shows what is compared under another name. */
const COMPARED_AS: Readonly<Record<string, string>> = { seriesCode: 'series' };

export function factsOf(
  claim: Claim,
  { routeName, changed }: { readonly routeName: string; readonly changed: ReviewItem['changed'] },
): readonly Fact[] {
  const before = new Map(
    changed.map(({ field, before: was }) => [COMPARED_AS[field] ?? field, was ?? words.nothing]),
  );
  const facts = ORDER.map(name => ({
    name,
    label: words.field(name),
    text: textOf(claim, name),
    was: before.get(name),
  }));
  const route = { name: 'route', label: words.field('route'), text: routeName, was: before.get('route') };
  return [route, ...facts].filter(({ name, text, was }) => {
    if (name === 'printedName') return claim.printedName !== claim.name || was !== undefined;
    return text !== '' || was !== undefined;
  });
}

function textOf(claim: Claim, name: (typeof ORDER)[number]): string {
  if (name === 'level') return claim.levelName;
  const text = claim[name] ?? '';
  return name === 'obtainedOn' || name === 'filedOn' ? fullDayWords(text) : text;
}

/** What another's decision changed between two looks at one application, in words. */
export function differences(
  before: { readonly view: ApplicationView },
  after: { readonly view: ApplicationView },
): readonly string[] {
  const [was, is] = [before.view, after.view];
  const state = was.stateName === is.stateName ? [] : [words.panel.staleState(was.stateName, is.stateName)];
  const { claim: old } = was;
  const { claim } = is;
  if (!old || !claim) return state;
  const fields = ORDER.filter(name => textOf(old, name) !== textOf(claim, name)).map(
    name =>
      `${words.field(name)}：${textOf(old, name) || words.nothing} → ${textOf(claim, name) || words.nothing}`,
  );
  return [...state, ...fields];
}
