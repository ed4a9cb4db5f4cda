/** The columns of a sheet of changes, and how their words are read. Pure. */
import { CHANGE_HEADS, type HeadList } from '../../applications/roster/columns.ts';
import type { StateChange } from '../../revocation/change-state.ts';
import { REASONS, REASONS_FOR, type ReasonCode } from '../../revocation/state.ts';

export type SheetChange = StateChange['change'];

/** The word of each change in a sheet. */
export const CHANGE_WORDS: Readonly<Record<SheetChange, string>> = {
  SUSPEND: '暂停',
  EXTEND: '延长暂停',
  RESUME: '恢复',
  REVOKE: '撤销',
  CANCEL: '注销',
};
const CHANGES = Object.keys(CHANGE_WORDS) as SheetChange[]; // keys of the table above

/** Only the number must stand in every sheet: the rest may be the same for all rows and told once. */
export const CHANGE_SHEET: HeadList = {
  required: ['证书编号'],
  all: CHANGE_HEADS,
  legend: [
    ['变更', '原因代码', '原因'],
    ...CHANGES.flatMap(change =>
      REASONS_FOR[change].map(reason => [CHANGE_WORDS[change], reason, REASONS[reason]]),
    ),
  ],
};

/** The empty sheet shows every column. */
export const CHANGE_TEMPLATE: HeadList = { ...CHANGE_SHEET, required: CHANGE_HEADS };

/** `撤销` and `REVOKE` alike; undefined for any other word. */
export function changeNamed(word: string): SheetChange | undefined {
  return CHANGES.find(change => change === word || CHANGE_WORDS[change] === word);
}

/** The code that stands there, or whose Chinese name stands there; what is neither is left for the judge to refuse. */
export function reasonNamed(word: string, change: SheetChange): string {
  const named = (REASONS_FOR[change] as readonly ReasonCode[]).find(code => REASONS[code] === word);
  return named ?? word;
}

/** The only reason that a change may have; undefined where there is a choice. */
export function onlyReasonOf(change: SheetChange): string | undefined {
  const [only, ...others] = REASONS_FOR[change];
  return others.length === 0 ? only : undefined;
}
