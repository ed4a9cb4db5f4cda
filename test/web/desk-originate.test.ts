/** An employer fills in an application for one of its people, who confirms it on their own page (R11). */
import type { Page } from 'playwright-core';
import { aPdf } from '../applications/attachment/some-files.ts';
import { someCells } from '../support/bureau.ts';
import { atDesk, endSession, enterDesk, fillSignIn } from './desk-steps.ts';
import { signIn } from './my-scene.ts';
import { isTooWide, press, violationsOn } from './my-steps.ts';

async function fillTitle(page: Page): Promise<void> {
  await page.getByLabel('系列').selectOption({ label: '工程技术人员' });
  await page.getByRole('radio', { name: '中级', exact: true }).check();
  await page.getByLabel('取得资格时间').fill('2021-07-09');
}

atDesk(
  'an employer begins an application, loses nothing to an ended session, and the holder confirms it',
  async (t, scene) => {
    const { page, person, context } = scene;
    const employer = await scene.desk('employer');
    const { 姓名: name = '' } = someCells(1);
    await employer.post('/api/employments', { idNumber: person.idNumber, name, from: '2021-01-01' });
    await enterDesk(scene, 'employer', '/desk/originate');
    await page.getByText('还没有代填的申请。').waitFor();
    await press(page, '开始填写');
    await page.getByText('请选择一位在职人员。').waitFor();
    await scene.shot('originate-start');
    t.deepEqual(await violationsOn(page), []);
    await page.getByLabel('在职人员').selectOption({ index: 1 });
    await page.getByRole('button', { name: '开始填写' }).dblclick();

    await page.getByRole('heading', { name: `为 ${name} 申请` }).waitFor();
    t.is(await page.getByLabel('证件号码').inputValue(), person.idNumber);
    t.false(page.url().includes(person.idNumber));
    await press(page, '提交，请本人确认');
    await page.locator('#faults').waitFor();
    await page.getByText(/处需要改正/).waitFor();
    await scene.shot('originate-faults');
    t.deepEqual(await violationsOn(page), []);

    await page.getByLabel('本人手机号码').fill(person.phone);
    await fillTitle(page);
    await page.getByText('已保存').waitFor();
    await endSession(scene);
    await page.getByLabel('专业', { exact: true }).fill('建筑结构设计'); // saved by itself, which meets the end
    await page.getByRole('heading', { name: '登录已结束，请重新登录' }).waitFor();
    await scene.goTo(scene.now() + 61);
    await fillSignIn(scene, 'employer');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    t.is(await page.getByLabel('专业', { exact: true }).inputValue(), '建筑结构设计');
    await page.locator('[data-test=pick]').setInputFiles({
      name: '聘任文件.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from(await aPdf()),
    });
    await page.getByText('聘任文件.pdf').first().waitFor();
    await scene.shot('originate-form');
    t.deepEqual(await violationsOn(page), []);
    await page.getByRole('button', { name: '提交，请本人确认' }).dblclick();
    await page.getByText(`${name} 的申请已提交。`).waitFor();
    await page.getByRole('row', { name: /待本人确认/ }).waitFor();
    t.is(await page.getByRole('row', { name }).count(), 1);
    await scene.shot('originate-waiting');
    t.deepEqual(await violationsOn(page), []);
    await page.setViewportSize({ width: 320, height: 800 });
    t.false(await isTooWide(page));

    const browser = context.browser();
    if (!browser) throw new RangeError('the scene has a browser');
    const own = await browser.newContext({ locale: 'zh-CN', viewport: { width: 390, height: 844 } });
    t.teardown(async () => own.close());
    const phone = await own.newPage();
    await phone.clock.setFixedTime(scene.now() * 1000);
    await signIn({ ...scene, page: phone });
    await phone
      .getByRole('link', { name: /去核对/ })
      .first()
      .click();
    await press(phone, '内容无误，确认');
    await phone.getByRole('dialog').getByRole('button', { name: '内容无误，确认' }).click();
    await phone.getByText('已确认，交用人单位审核。').waitFor();
    const { items } = (await employer.get('/api/applications?state=EMPLOYER_REVIEW')).body as {
      items: unknown[];
    };
    t.is(items.length, 1);
  },
);
