/** `changes check` and `changes run`: many certificates changed by one file, each row with its result. */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { readRoster } from '../applications/roster/read-roster.ts';
import { lookAtSheet, type SentSheet } from '../changes/sheets/check-sheet.ts';
import { CHANGE_SHEET, CHANGE_WORDS } from '../changes/sheets/columns.ts';
import { SheetInvalid } from '../changes/sheets/propose-sheet.ts';
import { runSheet } from '../changes/sheets/run-sheet.ts';
import type { CheckedRow, SheetRow } from '../changes/sheets/sheet.ts';
import { checkedView, ROW_WORDS, rowViews } from '../changes/sheets/views.ts';
import { wholeSheet } from '../changes/sheets/whole-sheet.ts';
import { STATE_WORDS, type CertificateState } from '../revocation/state.ts';
import type { World } from '../world.ts';
import { operatorAct, progressOf, say, tell, Usage, withWorld, type Command } from './command.ts';
import { bytesOf } from './issue.ts';

export const changesCommand: Command = {
  usage: `zhicheng changes check|run 文件 [选项]            由一份表批量暂停、恢复、撤销、注销
  check                    只核对，逐行写出将有的结果或错误，什么也不改变
  run                      办理并发布；中断后用同一命令继续，已办的行不会再办
  文件                     .xlsx、.csv 或 .json，列：证书编号、变更、原因代码、文号、截止日期（后四列可不设），至多 10,000 行
  --change 撤销            整份相同的变更：暂停、延长暂停、恢复、撤销、注销
  --reason REVIEW_OVERTURNED  整份相同的原因代码
  --document 文号          整份相同的决定文书文号
  --until 2021-09-30       整份相同的暂停截止日期
  --json                   以 JSON 写出结果`,
  run: async words => {
    const { values, positionals } = parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        change: { type: 'string' },
        reason: { type: 'string' },
        document: { type: 'string' },
        until: { type: 'string' },
        json: { type: 'boolean' },
      },
    });
    const [action, file, ...rest] = positionals;
    if ((action !== 'check' && action !== 'run') || file === undefined || rest.length > 0)
      throw new Usage('须写明 check 或 run，以及一个文件');
    const { json = false, ...fields } = values;
    const read = await readRoster(await bytesOf(file), basename(file), CHANGE_SHEET);
    const sent = { read, whole: wholeSheet(fields) };
    if (action === 'check') return withWorld(async world => check(world, sent, json));
    return withWorld(async world => run(world, { ...sent, fileName: basename(file) }, json));
  },
};

async function check(world: World, sent: SentSheet, asJson: boolean): Promise<number> {
  const checked = await lookAtSheet(world, operatorAct(world), sent);
  if (asJson) say(JSON.stringify(checkedView(checked)));
  else for (const row of checked.rows) say(checkedLine(row));
  tell(`共 ${checked.rows.length} 行，有错误 ${checked.faultyRows} 行；什么也没有改变。`);
  return checked.faultyRows === 0 ? 0 : 1;
}

async function run(world: World, sent: SentSheet & { fileName: string }, asJson: boolean): Promise<number> {
  try {
    const options = { onProgress: progressOf('办理') };
    const { sheet, rows, isResumed } = await runSheet(world, operatorAct(world), { ...sent, options });
    if (isResumed) tell('同样的一份先前已开始办理，以下是它的结果。');
    const { id, digest, done, failed } = sheet;
    if (asJson) say(JSON.stringify({ id, digest, done, failed, rows: await allViews(world, rows) }));
    else for (const row of rows) say(resultLine(row));
    tell(`共 ${sheet.rows} 行：已办成 ${done} 行，未能办理 ${failed} 行；状态列表已发布。`);
    return failed === 0 ? 0 : 1;
  } catch (error) {
    // every faulty row, not only the first of them
    if (error instanceof SheetInvalid) await check(world, sent, asJson);
    throw error;
  }
}

const VIEWED_AT_ONCE = 500;

async function allViews(world: World, rows: readonly SheetRow[]): Promise<readonly object[]> {
  const views: object[] = [];
  for (let at = 0; at < rows.length; at += VIEWED_AT_ONCE)
    views.push(...(await rowViews(world, rows.slice(at, at + VIEWED_AT_ONCE))));
  return views;
}

function checkedLine({ line, number, order, before, after, faults }: CheckedRow): string {
  const change = order ? CHANGE_WORDS[order.change] : '';
  const told =
    faults.length > 0
      ? faults.map(({ column, code, detail }) => `${code} ${column}：${detail}`).join(' ')
      : step(before, after);
  return [line, number, change, told].join('\t');
}

function resultLine({ line, order, state, before, after, fault }: SheetRow): string {
  const told = fault ? `${fault.code} ${fault.detail}` : step(before, after);
  return [line, order.number, CHANGE_WORDS[order.change], ROW_WORDS[state], told].join('\t');
}

function step(before: CertificateState | undefined, after: CertificateState | undefined): string {
  return before && after ? `${STATE_WORDS[before]} → ${STATE_WORDS[after]}` : '';
}
