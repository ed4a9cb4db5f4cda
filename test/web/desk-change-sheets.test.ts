/** Changes in bulk by the pages: a sheet dropped, its faults shown, proposed by one person, confirmed by another, watched until it is done. */
import { certificatesFor } from '../../src/certificate/store.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { newAct } from '../../src/world.ts';
import { put, uploaded } from '../review/a-case.ts';
import { atDesk, enterDesk } from './desk-steps.ts';
import type { Scene } from './my-scene.ts';
import { isTooWide, press, violationsOn } from './my-steps.ts';

const MONTH = '2021-08';
const DOCUMENT = '津人社撤字〔2021〕1号（测试）';

/** Certificates of August, signed. */
async function certificates({ world }: Scene, count: number): Promise<readonly string[]> {
  const applications = Array.from({ length: count }, () =>
    uploaded({ batchMonth: MONTH, level: 'B', qualification: '高级工程师', route: 4 }),
  );
  await put(world, applications);
  await releaseAll(world, newAct(world, 'test'), { month: MONTH, options: { unprintable: () => [] } });
  const made = await certificatesFor(
    world.db,
    applications.map(({ id }) => id),
  );
  return made.map(({ number }) => number);
}

async function pick({ page }: Scene, lines: readonly string[]): Promise<void> {
  const buffer = Buffer.from(['证书编号', ...lines].join('\r\n'));
  await page.locator('[data-test=pick]').setInputFiles({ name: '决定.csv', mimeType: 'text/csv', buffer });
}

atDesk(
  'a sheet is checked, proposed and confirmed by another person, who types how many it changes; its progress survives a reload',
  async (t, scene) => {
    const { page } = scene;
    const numbers = await certificates(scene, 3);
    await enterDesk(scene, 'handler', '/desk/change-sheets');
    await page.getByText('还没有批量变更。').waitFor();
    await page.getByLabel('整份的变更').selectOption({ label: '撤销' });
    await page.getByLabel('原因', { exact: true }).selectOption({ label: '评审结果撤销' });
    await page.getByLabel('决定文书文号').fill(DOCUMENT);
    t.deepEqual(await violationsOn(page), [], 'empty');
    t.false(await isTooWide(page));

    await pick(scene, [...numbers, 'B1220219999998']);
    await page.getByRole('heading', { name: '4 行中有 1 行有错误，整份不能提议' }).waitFor();
    t.is(await page.getByRole('region', { name: '核对结果' }).locator('tbody tr').count(), 1);
    await page.getByLabel('只看有错误的行').uncheck();
    await page.getByText('有效 → 已撤销').first().waitFor();
    t.is(await page.getByRole('region', { name: '核对结果' }).locator('tbody tr').count(), 4);
    t.deepEqual(await violationsOn(page), [], 'faults');
    t.false(await isTooWide(page));
    await scene.shot('change-sheet-faults');
    await press(page, '换一个文件');
    await pick(scene, numbers);
    await page.getByRole('heading', { name: '核对无误，共 3 行' }).waitFor();
    await press(page, '提议这 3 行变更');
    await page.getByText('这是您提议的，须由另一人确认。').waitFor();
    t.deepEqual(await violationsOn(page), [], 'proposed');
    t.false(await isTooWide(page));
    const path = new URL(page.url()).pathname;

    await page.context().clearCookies();
    await enterDesk(scene, 'approver', path);
    await press(page, '确认变更 3 行');
    await page.getByText('请输入 3。').waitFor();
    t.is(await page.evaluate('document.activeElement.id'), 'row-count');
    t.deepEqual(await violationsOn(page), [], 'deciding');
    await scene.shot('change-sheet-decide');
    await page.keyboard.type('3');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '办理进度' }).waitFor();
    await page.reload();
    await page.getByText(/全部办完，状态列表已发布/).waitFor();
    await page.getByText('有效 → 已撤销').first().waitFor();
    t.deepEqual(await violationsOn(page), [], 'done');
    t.false(await isTooWide(page));
    await scene.shot('change-sheet-done');
    const waiting = page.waitForEvent('download');
    await press(page, '下载各行结果（CSV）');
    t.regex((await waiting).suggestedFilename(), /^批量变更结果-2021-.*\.csv$/);
    await page.getByRole('link', { name: '返回批量变更' }).click();
    await page.getByText('3 / 3 行').waitFor();
    t.deepEqual(await violationsOn(page), [], 'list');
  },
  { width: 320 },
);
