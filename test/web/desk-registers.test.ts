/** The registers in the browser: organisations with their ties, committees, entitlements, and the year's calendar. */
import { codeOf, nameOf } from '../applications/a-city.ts';
import { organisationCodeOf } from '../support/people.ts';
import { atDesk, enterDesk } from './desk-steps.ts';
import { isTooWide, press, violationsOn } from './my-steps.ts';

atDesk(
  'an administrator enters an organisation, puts it under a department, and ends that again',
  async (t, scene) => {
    const { page, shot } = scene;
    const code = organisationCodeOf(777);
    await enterDesk(scene, 'administrator', '/desk/organisations');
    await page.getByRole('link', { name: nameOf('employer') }).waitFor();
    t.deepEqual(await violationsOn(page), [], 'list');
    await shot('organisations');
    await page.getByRole('link', { name: '登记单位' }).click();
    await press(page, '登记');
    await page.getByText('请填写“单位名称”。').waitFor();
    await page.getByLabel('单位名称').fill('天津测试新院');
    await page.getByLabel('统一社会信用代码').fill(code.slice(0, 17) + (code.endsWith('0') ? '1' : '0'));
    await page.getByLabel('用人单位', { exact: true }).check();
    await press(page, '登记');
    await page.getByText('统一社会信用代码的校验位不对').waitFor();
    t.is(await page.evaluate('document.activeElement?.getAttribute("aria-invalid")'), 'true');
    t.deepEqual(await violationsOn(page), [], 'faults');
    await page.getByLabel('统一社会信用代码').fill(code);
    await press(page, '登记');
    await page.getByRole('heading', { name: '天津测试新院' }).waitFor();
    await press(page, '登记隶属关系');
    await page.getByRole('searchbox', { name: '上级单位' }).fill(nameOf('department').slice(0, 6));
    await press(page, '查找：上级单位');
    await page.getByRole('button', { name: new RegExp(codeOf('department')) }).click();
    await press(page, '登记');
    await page.getByText('已登记。').waitFor();
    await press(page, /^终止：/);
    t.deepEqual(await violationsOn(page), [], 'question');
    await press(page, '确认终止');
    await page.getByText('已终止。').waitFor();
    await shot('organisation');

    t.deepEqual(await violationsOn(page), [], 'organisation');
    t.false(await isTooWide(page));
  },
);

atDesk(
  'the year is seen at a glance with its cut-offs, and a year without arrangement warns',
  async (t, scene) => {
    const { page, shot } = scene;
    await enterDesk(scene, 'administrator', '/desk/calendar/2021');
    await page.getByText('2021 年 8 月 16 日').waitFor();
    await shot('calendar');
    t.deepEqual(await violationsOn(page), [], 'year');
    await page.goto(`${scene.url}/desk/calendar/2031`);
    await page.getByRole('heading', { name: '还没有 2031 年的放假安排' }).waitFor();
    await press(page, '录入放假安排');
    await page.getByLabel('文件名称或文号').fill('国办发明电〔2030〕1号（测试）');
    await page.getByRole('textbox', { name: '放假和调休' }).fill('2031-01-01 休息');
    await press(page, '核对并保存');
    await page.getByText('第 1 行看不懂').waitFor();
    t.deepEqual(await violationsOn(page), [], 'form');
    await page
      .getByRole('textbox', { name: '放假和调休' })
      .fill('2031-01-01 放假 元旦\n2031-01-23 至 2031-01-29 放假 春节');
    await press(page, '核对并保存');
    await press(page, /^保存$/);
    await page.getByText('缺少法定节假日').waitFor();
    await page
      .getByRole('textbox', { name: '放假和调休' })
      .fill(
        '2031-01-01 放假 元旦\n2031-01-23 至 2031-01-29 放假 春节\n2031-05-01 至 2031-05-05 放假 劳动节\n2031-10-01 至 2031-10-07 放假 国庆节\n2031-10-11 上班 国庆节调休',
      );
    await press(page, '核对并保存');
    await page.getByText('放假 20 天，调休上班 1 天').waitFor();
    await press(page, /^保存$/);
    await page.getByText('已保存。').waitFor();

    await page.getByText('2031 年 8 月 15 日').first().waitFor();
    t.pass();
  },
);

atDesk(
  'whoever may only look sees the registers without a button to change them, also on a narrow screen',
  async (t, scene) => {
    const { page, url, shot } = scene;
    await enterDesk(scene, 'employer', '/desk/entitlements');
    await page.getByRole('link', { name: nameOf('employer') }).waitFor();
    t.is(await page.getByRole('link', { name: '登记自主聘任资格' }).count(), 0);
    t.is(await page.getByRole('button', { name: /^终止/ }).count(), 0);
    for (const path of ['entitlements', 'committees', 'organisations', 'calendar/2021']) {
      await page.goto(`${url}/desk/${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      t.deepEqual(await violationsOn(page), [], path);
      t.false(await isTooWide(page), path);
      await shot(path.replace('/', '-'));
    }
  },
  { width: 320, height: 800 },
);
