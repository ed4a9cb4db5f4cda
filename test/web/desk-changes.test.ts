/** Changes of a certificate by the pages: proposed by one person, decided by another (domain §5.2, §5.3); and the report of what was issued. */
import type { Page } from 'playwright-core';
import { publish } from '../../src/revocation/publish.ts';
import { newAct } from '../../src/world.ts';
import { aCertificate, anotherSeat, verdict } from './change-steps.ts';
import { atDesk, enterDesk } from './desk-steps.ts';
import { isTooWide, press, violationsOn } from './my-steps.ts';

async function proposeSuspension(page: Page): Promise<void> {
  await page.getByRole('radio', { name: '暂停使用' }).check();
  await page.getByText('自动恢复有效，也可以提前恢复或撤销').waitFor();
  await press(page, '提交提议');
  await page.getByRole('dialog').getByRole('button', { name: '提交提议' }).click();
  await page.getByText('已提交，等待另一人确认。').waitFor();
}

atDesk(
  'a suspension proposed by one person is confirmed by another, and everyone who checks sees it',
  async (t, scene) => {
    const { page, url, shot } = scene;
    const certificate = await aCertificate(scene);
    const path = `/desk/certificates/${certificate.number}`;
    await enterDesk(scene, 'handler', '/desk/changes');
    await page.getByText('没有等待确认的提议。').waitFor();
    await press(page, '查找');
    await page.getByText('请填写证书编号。').waitFor();
    await page.getByLabel('查一张证书').fill('B1220219999998');
    await page.keyboard.press('Enter');
    await page.getByText('没有这个编号的证书').waitFor();
    await page.getByRole('link', { name: '返回证书变更' }).click();
    await page.getByLabel('查一张证书').fill(certificate.number.toLowerCase());
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: '撤销' }).check();
    await press(page, '提交提议');
    await page.getByText('请填写“原因”。').waitFor();
    await page.getByText('请填写“决定文书文号”。').waitFor();
    t.deepEqual(await violationsOn(page), [], 'proposing');
    await proposeSuspension(page);
    await page.getByText('这是您提议的，须由另一人确认').waitFor();
    t.deepEqual(await violationsOn(page), [], 'proposed');
    await shot('record');

    const approver = await anotherSeat(t, scene, { width: 390, height: 844 });
    await enterDesk(approver, 'approver', '/desk/changes');
    await press(approver.page, /^不予确认/);
    await approver.page.getByRole('dialog').getByRole('button', { name: '不予确认' }).click();
    await approver.page.getByText('请填写“理由”。').waitFor();
    await approver.page.getByLabel('理由').fill('举报材料不全，请补充');
    t.deepEqual(await violationsOn(approver.page), [], 'refusing');
    await approver.page.getByRole('dialog').getByRole('button', { name: '不予确认' }).click();
    await approver.page.getByText('证书保持现状。').first().waitFor();
    t.is(await verdict(scene, certificate.url), 'valid');

    await page.reload();
    await page.getByText('举报材料不全，请补充').waitFor();
    await proposeSuspension(page);
    await approver.page.reload();
    await approver.page.getByRole('button', { name: /^确认/ }).waitFor();
    t.false(await isTooWide(approver.page));
    await approver.shot('changes');
    await press(approver.page, /^确认/);
    await approver.shot('confirm');
    await approver.page.getByRole('dialog').getByRole('button', { name: '确认暂停使用' }).click();
    await approver.page.getByText(`${certificate.number} 已暂停使用。`).waitFor();
    t.deepEqual(await violationsOn(approver.page), [], 'decided');
    await scene.goTo(scene.now() + 10); // trust is read anew every few seconds
    await publish(scene.world, newAct(scene.world, 'system:publisher'));
    t.is(await verdict(scene, certificate.url), 'suspended');
    await page.goto(url + path);
    await page.getByText('核查中，暂停使用').first().waitFor();
    await page.getByRole('radio', { name: '恢复有效' }).waitFor();
    t.deepEqual(await violationsOn(page), [], 'record');
    await shot('suspended');
  },
);

atDesk(
  'the report counts by the five categories, can be printed and taken along, on a narrow screen too',
  async (t, scene) => {
    const { page } = scene;
    await aCertificate(scene);
    await enterDesk(scene, 'auditor', '/desk/reports');
    await page.getByRole('rowheader', { name: '2021 年 8 月' }).waitFor();
    const cells = await page.locator('tbody td').allInnerTexts();
    t.deepEqual(
      cells.map(text => text.trim()),
      ['0', '0', '0', '0', '1', '1'],
    );
    const waiting = page.waitForEvent('download');
    await press(page, '下载表格（CSV）');
    t.is((await waiting).suggestedFilename(), '制证统计-2021-01-2021-08.csv');
    t.deepEqual(await violationsOn(page), []);
    t.false(await isTooWide(page));
    await scene.shot('report');
    await page.emulateMedia({ media: 'print' });
    t.false(await page.getByRole('button', { name: '打印' }).isVisible());
    t.true(await page.getByText(/打印$/).last().isVisible());
    await page.emulateMedia({ media: 'screen' });
    await page.getByLabel('起始月份').fill('2021-09');
    await press(page, '查看');
    await page.getByText('起始月份不能晚于终止月份').waitFor();
    await page.getByLabel('终止月份').fill('2021-12');
    await press(page, '查看');
    await page.getByText('这段时间没有制成的证书').waitFor();
    t.deepEqual(await violationsOn(page), []);
  },
  { width: 320 },
);
