/** The holder's pages by keyboard alone, by axe-core, on the narrowest screen and a wide one (WCAG 2.2 AA). */
import type { Page } from 'playwright-core';
import { aPassFor, certified, codeTo, decide, signIn } from './my-scene.ts';
import {
  atStep,
  chooseArchive,
  COLLECTION,
  inBrowser,
  isTooWide,
  link,
  NEXT,
  press,
  startAppointment,
  violationsOn,
} from './my-steps.ts';

inBrowser('everything from the sign-in to the submission is done by keyboard alone', async (t, scene) => {
  const { page, url, person } = scene;
  await aPassFor(scene);
  await page.goto(`${url}/my`);
  await page.getByLabel('证件号码').waitFor();
  await tabTo(page, '证件号码');
  await page.keyboard.type(person.idNumber);
  await tabTo(page, '预留手机号码');
  await page.keyboard.type(person.phone);
  await page.keyboard.press('Enter');
  await page.getByLabel('短信验证码').waitFor();
  await page.waitForFunction('document.activeElement?.autocomplete === "one-time-code"');
  await page.keyboard.type(await codeTo(scene));
  await page.getByRole('link', { name: /去申领/ }).waitFor();
  await tabTo(page, '去申领');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: '申领这项资格' }).waitFor();
  await tabTo(page, '申领这项资格');
  await page.keyboard.press('Enter');
  await atStep(page, 1);
  await tabTo(page, NEXT);
  await page.keyboard.press('Enter');
  await atStep(page, 2);
  await tabTo(page, '档案存放机构');
  await page.keyboard.type('人力资源');
  await page.keyboard.press('Enter');
  await page.getByText('找到 1 家').waitFor();
  await tabTo(page, '津门区人力资源服务中心');
  await page.keyboard.press('Enter');
  for (const place of [3, 4, 5]) {
    await tabTo(page, NEXT);
    await page.keyboard.press('Enter');
    await atStep(page, place);
  }
  await tabTo(page, '提交申请');
  await page.keyboard.press('Enter');

  await page.getByText('已提交，等待下一级审核').waitFor();
  t.pass();
});

/** What a screen reader would call the control in focus, as far as these cases need it; empty for what is no control. */
const NAME_OF_FOCUS = `(() => {
  const element = document.activeElement;
  if (!['A', 'BUTTON', 'INPUT', 'SELECT'].includes(element?.tagName)) return '';
  const labels = [...(element.labels ?? [])].map(label => label.textContent);
  return [element.getAttribute('aria-label'), ...labels, element.textContent].join(' ');
})()`;

/** Presses Tab until the focus is on what that word names. */
async function tabTo(page: Page, word: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    const named = await page.evaluate<string>(NAME_OF_FOCUS);
    if (named.includes(word)) return;
    await page.keyboard.press('Tab');
  }
  throw new RangeError(`the keyboard does not reach ${word}`);
}

for (const width of [320, 1280]) {
  inBrowser(
    `axe finds nothing on any page, and none is wider than a screen of ${width} px`,
    async (t, scene) => {
      const { page, url, shot } = scene;
      const look = async (name: string): Promise<void> => {
        await page.waitForLoadState('networkidle');
        t.deepEqual(await violationsOn(page), [], name);
        t.false(await isTooWide(page), `${name} is too wide`);
        await shot(`axe-${name}`);
      };
      const id = await aPassFor(scene, { 姓名: '王𬭎' });
      await page.goto(`${url}/my`);
      await page.getByLabel('证件号码').waitFor();
      await look('sign-in');
      await press(page, '获取验证码');
      await look('sign-in-faults');
      await signIn(scene);
      await page.getByRole('link', { name: /去申领/ }).waitFor();
      await look('home');
      await page.goto(`${url}/my/apply`);
      await page.getByText('您不用申请').waitFor();
      await look('start');
      await page.goto(`${url}/my/applications/${id}`);
      await page.getByRole('button', { name: '申领这项资格' }).waitFor();
      await look('application');
      await press(page, '申领这项资格');
      await page.getByText('证书上印为：王HONG').waitFor();
      await look('who');
      await press(page, NEXT);
      await atStep(page, 2);
      await page.getByRole('searchbox', { name: '档案存放机构' }).fill('人力资源');
      await press(page, '查找：档案存放机构');
      await page.getByText('找到 1 家').waitFor();
      await look('unit');
      for (const place of [3, 4, 5]) {
        await press(page, NEXT);
        await atStep(page, place);
        await look(`step-${place}`);
      }
      await page.getByLabel('读音正确').check();
      await press(page, '提交申请');
      await page.getByRole('heading', { name: /处需要改正/ }).waitFor();
      await look('faults');
      await link(page, /单位/);
      await atStep(page, 2);
      await chooseArchive(page);
      await link(page, /核对提交/);
      await page.getByLabel('读音正确').check();
      await press(page, '提交申请');
      await page.getByText('已提交').waitFor();
      await look('submitted');
      await press(page, '撤回申请');
      await look('withdraw');
      await page.keyboard.press('Escape');
      await page.goto(`${url}/my/asked`);
      await page.getByRole('heading', { name: '查看申请资料' }).waitFor();
      await look('asked');
      await page.goto(`${url}/my/account`);
      await press(page, '更换手机');
      await look('account');
      await page.goto(`${url}/my/nothing`);
      await page.getByRole('heading', { name: '没有这个页面' }).waitFor();
      await look('lost');
      await link(page, '返回首页');
      const draft = await startAppointment(scene);
      await look('who-2');
      await page.goto(`${url}/my/applications/${draft}/edit/title`);
      await page.getByLabel('系列').selectOption('卫生技术人员');
      await page.getByRole('radio', { name: '副高级' }).check();
      await look('title-2');
      await page.goto(`${url}/my/applications/${draft}/edit/papers`);
      await atStep(page, 4);
      await look('papers-2');
      await decide(scene, 'examBody', { id, decision: 'approve' });
      await certified(scene, { id, by: 'examBody' });
      await scene.goTo(COLLECTION);
      await page.goto(`${url}/my`);
      await signIn(scene);
      await link(page, /可以领取了/);
      await press(page, '显示证书');
      await page.getByRole('img', { name: /王𬭎的职称证书/ }).waitFor();
      await page.getByText('分享码', { exact: true }).first().click();
      await page.getByText('加注副本', { exact: true }).first().click();
      await look('certificate');
      await press(page, '放大查看');
      await look('enlarged');
    },
    { width, height: 800 },
  );
}
