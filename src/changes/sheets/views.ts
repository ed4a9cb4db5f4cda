/** Sheets of changes as the API and the terminal show them: names masked, accounts by their names, codes with their words. */
import { maskName } from '../../accounts/person-id.ts';
import { namesOf } from '../../accounts/people/names.ts';
import { applicationsById } from '../../applications/store.ts';
import { newestOf } from '../../certificate/store.ts';
import { REASONS, STATE_WORDS, VOID_FROM_OBTAINED, type ReasonCode } from '../../revocation/state.ts';
import { toCsv } from '../../shared/csv.ts';
import type { ChangeSheetChecked, ChangeSheetRows, ChangeSheetView } from '../../shared/shapes/shapes.ts';
import { isoAt } from '../../shared/time.ts';
import type { World } from '../../world.ts';
import type { CheckedSheet } from './check-sheet.ts';
import { CHANGE_WORDS } from './columns.ts';
import type { ChangeSheet, RowState, SheetRow } from './sheet.ts';

const PARTS_SHOWN = 50;

export function checkedView({ rows, faultyRows, digest }: CheckedSheet): ChangeSheetChecked {
  return {
    ...{ all: rows.length, faultyRows, digest: digest ?? null },
    rows: rows.map(({ line, number, order, holder, before, after, faults }) => ({
      ...{ line, number },
      ...(holder === undefined ? {} : { holder }),
      ...(order ? { change: order.change } : {}),
      ...(before ? { before } : {}),
      ...(after ? { after } : {}),
      faults: faults.map(({ column, code, detail }) => ({ column, code, detail })),
    })),
  };
}

export async function sheetViews(world: World, sheets: readonly ChangeSheet[]): Promise<ChangeSheetView[]> {
  const people = sheets.flatMap(({ proposedBy, decidedBy }) => [proposedBy, decidedBy ?? proposedBy]);
  const names = await namesOf(world, people);
  return sheets.map(sheet => {
    const { id, fileName, state, digest, rows, done, failed, parts, proposedBy, proposedAt } = sheet;
    const { decidedBy, decidedAt, note, finishedAt } = sheet;
    return {
      ...{ id, fileName, state, digest, rows, done, failed, partCount: parts.length },
      parts: parts.slice(0, PARTS_SHOWN).map(({ change, reason, document, rows: count }) => ({
        ...{ change, reason, reasonName: reasonName(reason), rows: count },
        voidFromObtained: VOID_FROM_OBTAINED.has(reason as ReasonCode), // judged before it was stored
        ...(document === undefined ? {} : { document }),
      })),
      ...{ proposedBy, proposedByName: names.get(proposedBy) ?? '', proposedAt: isoAt(proposedAt) },
      ...(decidedBy === undefined ? {} : { decidedBy, decidedByName: names.get(decidedBy) ?? '' }),
      ...(decidedAt === undefined ? {} : { decidedAt: isoAt(decidedAt) }),
      ...(note === undefined ? {} : { note }),
      ...(finishedAt === undefined ? {} : { finishedAt: isoAt(finishedAt) }),
    };
  });
}

export async function rowViews(world: World, rows: readonly SheetRow[]): Promise<ChangeSheetRows['items']> {
  const certificates = await newestOf(
    world.db,
    rows.map(({ order }) => order.number),
  );
  const ids = [...certificates.values()].map(({ applicationId }) => applicationId);
  const applications = await applicationsById(world, ids);
  return rows.map(({ line, order, state, before, after, fault }) => {
    const { number, change, reason, document, untilDate: until } = order;
    const holder = applications.get(certificates.get(number)?.applicationId ?? '')?.name;
    return {
      ...{ line, number, change, reason, reasonName: reasonName(reason), state },
      ...(holder === undefined ? {} : { holder: maskName(holder) }),
      ...(document === undefined ? {} : { document }),
      ...(until === undefined ? {} : { until }),
      ...(before ? { before } : {}),
      ...(after ? { after } : {}),
      ...(fault ?? {}),
    };
  });
}

/** The word of each row's result. */
export const ROW_WORDS: Readonly<Record<RowState, string>> = {
  waiting: '待办',
  done: '已办成',
  failed: '未能办理',
  dropped: '未办（整份未确认）',
};

/** What became of every row, to be opened in a spreadsheet; nothing of the holders. */
export function resultsCsv(rows: readonly SheetRow[]): Uint8Array {
  const heads = [
    ...['行号', '证书编号', '变更', '原因代码', '原因', '文号', '截止日期'],
    ...['结果', '办理前', '办理后', '代码', '说明'],
  ];
  const lines = rows.map(({ line, order, state, before, after, fault }) => [
    ...[String(line), order.number, CHANGE_WORDS[order.change], order.reason, reasonName(order.reason)],
    ...[order.document ?? '', order.untilDate ?? '', ROW_WORDS[state]],
    ...[before ? STATE_WORDS[before] : '', after ? STATE_WORDS[after] : ''],
    ...[fault?.code ?? '', fault?.detail ?? ''],
  ]);
  return toCsv([heads, ...lines]);
}

function reasonName(reason: string): string {
  return Object.hasOwn(REASONS, reason) ? REASONS[reason as ReasonCode] : reason;
}
