/** What each role's work is divided into, as the lists that the service is asked for. Pure. */
import type { ApplicationSummary, GrantView } from '../../../shared/shapes/shapes.ts';
import type { DecisionKind, words } from './words.ts';

type Role = GrantView['role'];
export type BulkKind = Extract<DecisionKind, 'approve' | 'check' | 'return'> | 'upload';

export interface Tab {
  readonly name: keyof typeof words.list.tab;
  /** Of GET /api/applications, without the grant. */
  readonly query: Readonly<Record<string, string>>;
  /** The states that the counts are summed over; all when absent. */
  readonly states?: readonly ApplicationSummary['state'][];
  /** What is done here with many at once, the first by the key `a`. */
  readonly deeds: readonly BulkKind[];
}

const MINE = { mine: 'true', sort: 'changedAt' } as const;
const ALL: Tab = { name: 'all', query: {}, deeds: [] };
const REVIEW: Tab = {
  name: 'todo',
  query: { ...MINE, awaitingUpload: 'false' },
  deeds: ['approve', 'return'],
};
const UPLOAD: Tab = {
  name: 'upload',
  query: { ...MINE, awaitingUpload: 'true' },
  deeds: ['upload', 'return'],
};

const TABS: Readonly<Partial<Record<Role, readonly Tab[]>>> = {
  employer: [{ ...REVIEW, query: MINE }, ALL],
  department: [REVIEW, UPLOAD, ALL],
  'exam-body': [REVIEW, UPLOAD, ALL],
  organiser: [{ name: 'returned', query: MINE, deeds: [] }, ALL],
  handler: [
    {
      name: 'check',
      query: { ...MINE, state: 'UPLOADED' },
      states: ['UPLOADED'],
      deeds: ['check', 'return'],
    },
    {
      name: 'checked',
      query: { ...MINE, state: 'BUREAU_CHECK' },
      states: ['BUREAU_CHECK'],
      deeds: ['return'],
    },
    ALL,
  ],
  approver: [
    { name: 'proposed', query: { ...MINE, rejectProposed: 'true' }, deeds: ['return'] },
    {
      name: 'awaiting',
      query: { ...MINE, state: 'BUREAU_CHECK', rejectProposed: 'false' },
      states: ['BUREAU_CHECK'],
      deeds: ['return'],
    },
    ALL,
  ],
};

export function tabsOf(role: Role): readonly Tab[] {
  return TABS[role] ?? [ALL];
}

/** The query of the tab's counts: what the list is narrowed by, apart from states and order. */
export function countQuery({ query }: Tab): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(query).filter(([name]) => name !== 'sort' && name !== 'state'));
}
