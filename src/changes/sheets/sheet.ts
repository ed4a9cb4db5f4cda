/**
 * A sheet of changes (批量变更): many certificates changed by one decision, such as a review overturned. One person proposes it whole,
 * another confirms or refuses it whole; then it is carried out row by row, each once. A sheet is never altered. Pure.
 */
import { createHash } from 'node:crypto';
import type { CellFault } from '../../applications/roster/roster.ts';
import type { StateChange } from '../../revocation/change-state.ts';
import type { CertificateState } from '../../revocation/state.ts';
import type { Instant } from '../../shared/time.ts';

/** `confirmed`: being carried out; `done`: every row has its result and the lists are public. */
export const SHEET_STATES = ['open', 'confirmed', 'done', 'refused', 'withdrawn'] as const;
export type SheetState = (typeof SHEET_STATES)[number];

/** `dropped`: the sheet was refused or withdrawn. */
export const ROW_STATES = ['waiting', 'done', 'failed', 'dropped'] as const;
export type RowState = (typeof ROW_STATES)[number];

/** How many rows want the same for the same reason. */
export interface SheetPart {
  readonly change: StateChange['change'];
  readonly reason: string;
  readonly document: string | undefined;
  readonly rows: number;
}

export interface ChangeSheet {
  readonly id: string;
  readonly fileName: string;
  readonly state: SheetState;
  /** Of all rows, in hex: what is confirmed is what was proposed. */
  readonly digest: string;
  readonly rows: number;
  readonly done: number;
  readonly failed: number;
  readonly parts: readonly SheetPart[];
  readonly proposedBy: string;
  readonly proposedAt: Instant;
  readonly decidedBy: string | undefined;
  readonly decidedAt: Instant | undefined;
  readonly note: string | undefined;
  readonly finishedAt: Instant | undefined;
}

export interface SheetRow {
  /** Line of the file, as the person's own software shows it. */
  readonly line: number;
  readonly order: StateChange;
  readonly state: RowState;
  readonly before: CertificateState | undefined;
  readonly after: CertificateState | undefined;
  /** Why it failed. */
  readonly fault: { readonly code: string; readonly detail: string } | undefined;
}

/** One row looked at before anything is proposed. */
export interface CheckedRow {
  readonly line: number;
  /** As written, when it is no number. */
  readonly number: string;
  /** Undefined when the row does not say what is wanted. */
  readonly order: StateChange | undefined;
  /** Masked; undefined for a number that nobody has. */
  readonly holder: string | undefined;
  readonly before: CertificateState | undefined;
  readonly after: CertificateState | undefined;
  readonly faults: readonly CellFault[];
}

/** Digest of what the rows want, 64 hex digits: equal in another order of rows, another format and under another file name. */
export function digestOfOrders(orders: readonly StateChange[]): string {
  const lines = orders.map(({ number, change, reason, document, untilDate }) =>
    JSON.stringify([number, change, reason, document ?? null, untilDate ?? null]),
  );
  return createHash('sha256')
    .update(['zhicheng-change-sheet-1', ...lines.sort()].join('\n'))
    .digest('hex');
}

/** What the rows want, counted; the most numerous first. */
export function partsOf(orders: readonly StateChange[]): readonly SheetPart[] {
  const parts = new Map<string, SheetPart>();
  for (const { change, reason, document } of orders) {
    const key = JSON.stringify([change, reason, document ?? null]);
    parts.set(key, { change, reason, document, rows: (parts.get(key)?.rows ?? 0) + 1 });
  }
  return [...parts.values()].sort((one, other) => other.rows - one.rows);
}
