/** What cases of rosters share: files with faults and where each is put right, the committee they are of, and giving a file to the page. */
import type { Page } from 'playwright-core';
import { addCommittee } from '../../src/applications/register/change-register.ts';
import { newAct } from '../../src/world.ts';
import { codeOf, COMMITTEE } from '../applications/a-city.ts';
import { anActor } from '../support/actor.ts';
import { idNumberOf, someCells } from '../support/bureau.ts';
import type { Scene } from './my-scene.ts';

export type Cells = Record<string, string>;

/** Filed on 28 July 2021, a Wednesday: to be uploaded by 4 August. */
export function aResult(serial: number, changes: Cells = {}): Cells {
  return { ...someCells(serial), 核准备案日期: '2021-07-28', ...changes };
}

export function csvOf(rows: readonly Cells[]): string {
  const heads = Object.keys(rows[0] ?? {});
  return [heads, ...rows.map(row => heads.map(head => row[head] ?? ''))]
    .map(row => row.join(','))
    .join('\r\n');
}

export async function registerCommittee({ world }: Scene): Promise<void> {
  const by = anActor('bureau', 'administrator');
  await addCommittee(
    world,
    { ...newAct(world, by.accountId), by },
    {
      filingNumber: '津职评备〔2021〕001号（测试）',
      name: COMMITTEE,
      organiserCode: codeOf('organiser'),
      subtype: '社会化评审',
      seriesCodes: ['05'],
      levels: ['B', 'A'],
      from: '2021-01-01',
      to: '2021-12-31',
    },
  );
}

/** The file falls onto the zone, as the browser tells it. */
export async function drop(page: Page, name: string, text: string): Promise<void> {
  await page.getByText('把名册拖到这里').waitFor();
  const transfer = await page.evaluateHandle(
    `(() => { const files = new DataTransfer();
      files.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)}, { type: 'text/csv' }));
      return files; })()`,
  );
  await page.dispatchEvent('[data-test=drop]', 'drop', { dataTransfer: transfer });
}

export async function pick(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.locator('[data-test=pick]').setInputFiles({ name, mimeType: 'text/csv', buffer });
}

export const SEVEN_FAULTS = [
  aResult(1, { 手机号码: '1990000' }),
  aResult(2),
  aResult(3, { 性别: '女', 层级: '初级' }),
  aResult(4, { 证件号码: idNumberOf(4).slice(0, 17) }),
  aResult(5, { 取得资格时间: '2021-02-30' }),
  aResult(6, { 评审机构: '某评审委员会' }),
  aResult(2, { 手机号码: '19900002002' }),
];
/** Where each is put right: line of the file and column. */
export const MENDED: readonly [line: number, column: string, text: string][] = [
  [2, '手机号码', '19900001001'],
  [4, '性别', '男'],
  [4, '层级', someCells(3)['层级'] ?? ''],
  [5, '证件号码', idNumberOf(4)],
  [6, '取得资格时间', someCells(5)['取得资格时间'] ?? ''],
  [7, '评审机构', COMMITTEE],
];
