/**
 * A sheet carried out by one operator at the terminal: for trials and demonstrations with test keys, as single changes are there. The same
 * sheet again goes on where it was interrupted, or tells what became of it; it is never carried out twice.
 */
import { record } from '../../audit/record.ts';
import type { Act } from '../../shared/act.ts';
import { DomainError } from '../../shared/errors.ts';
import type { World } from '../../world.ts';
import { carrySheet, type CarryOptions } from './carry-sheets.ts';
import type { SentSheet } from './check-sheet.ts';
import { addChecked, atOnce } from './propose-sheet.ts';
import { digestOfOrders, type ChangeSheet, type SheetRow } from './sheet.ts';
import { decideSheetIn, findSheet, newestSheets, rowsOfSheet } from './store.ts';
import { wantedRows } from './wanted-rows.ts';

export interface RunSheet {
  readonly sheet: ChangeSheet;
  readonly rows: readonly SheetRow[];
  /** True when an earlier run had begun it. */
  readonly isResumed: boolean;
}

/**
 * Every row of the sheet has its result, and the lists are public.
 * @throws SheetInvalid; DomainError TWO_PERSONS_NEEDED in production
 */
export async function runSheet(
  world: World,
  act: Act,
  { fileName, options, ...sent }: SentSheet & { fileName: string; options: CarryOptions },
): Promise<RunSheet> {
  if (world.config.production)
    throw new DomainError(
      'TWO_PERSONS_NEEDED',
      '正式环境须由经办人提议、另一人确认后生效，请登录系统办理；本命令只用于测试密钥。',
    );
  const begun = await begunSheet(world, sent);
  const { id } = begun ?? (await addConfirmed(world, act, { ...sent, fileName }));
  await carrySheet(world, act, { id, options });
  const sheet = await findSheet(world.db, id);
  if (!sheet) throw new RangeError(`change sheet ${id} is gone`);
  const rows = await rowsOfSheet(world.db, { id, limit: sheet.rows });
  return { sheet, rows, isResumed: begun !== undefined };
}

/** The sheet that wants just this and was begun at a terminal. */
async function begunSheet(world: World, { read, whole }: SentSheet): Promise<ChangeSheet | undefined> {
  const wanted = wantedRows(read, whole);
  const orders = wanted.flatMap(({ order, faults }) => (order && faults.length === 0 ? [order] : []));
  if (orders.length < wanted.length) return undefined;
  const same = await newestSheets(world.db, { digest: digestOfOrders(orders), limit: 10 });
  return same.find(
    ({ state, proposedBy }) => (state === 'confirmed' || state === 'done') && proposedBy.startsWith('cli:'),
  );
}

async function addConfirmed(
  world: World,
  act: Act,
  sent: SentSheet & { fileName: string },
): Promise<ChangeSheet> {
  return atOnce(world, async tx => {
    const sheet = await addChecked({ tx, world }, act, { ...sent, id: world.ids() });
    const { id, digest, rows } = sheet;
    await decideSheetIn(tx, world.db, {
      id,
      state: 'confirmed',
      by: act.actor,
      at: act.at,
      note: undefined,
    });
    const detail = { digest, rows };
    await record({ tx, db: world.db }, act, [
      { action: 'change-sheet.proposed', subject: id, detail },
      { action: 'change-sheet.confirmed', subject: id, detail },
    ]);
    return sheet;
  });
}
