/** Accounts of staff in the browser: made, handed over, used for the first time; and a holder's lost phone. */
import { codeOf } from '../applications/a-city.ts';
import { totpCodeAt } from '../../src/accounts/sign-in/totp.ts';
import { idNumberOf } from '../support/bureau.ts';
import { atDesk, endSession, enterDesk, fillSignIn } from './desk-steps.ts';
import { isTooWide, press, violationsOn } from './my-steps.ts';

atDesk('a new clerk signs in with what was shown once and must change the password', async (t, scene) => {
  const { page, url, shot } = scene;
  await enterDesk(scene, 'administrator', '/desk/accounts');
  await page.getByRole('cell', { name: '测试员' }).first().waitFor();
  await shot('accounts');
  t.deepEqual(await violationsOn(page), [], 'accounts');
  await page.getByRole('link', { name: '新建账号' }).click();
  await page.getByRole('heading', { name: '新建账号' }).waitFor(); // the list has a field of that name, too
  await page.getByLabel('姓名').fill('李新员');
  await page.getByLabel('账号', { exact: true }).fill('lixinyuan');
  await page.getByLabel('证件号码').fill('12345');
  await page.getByLabel('手机号码').fill('19900001234');
  await page.getByRole('searchbox', { name: '单位' }).fill(codeOf('employer'));
  await press(page, '查找：单位');
  await page.getByRole('button', { name: new RegExp(codeOf('employer')) }).click();
  await page.getByLabel('以什么身份').selectOption('用人单位');
  await endSession(scene);
  await press(page, '建立账号');
  await page.getByRole('heading', { name: '登录已结束，请重新登录' }).waitFor();
  await scene.goTo(scene.now() + 61);
  await page
    .getByRole('dialog')
    .getByLabel('密码', { exact: true })
    .fill(scene.people.administrator.password);
  await page
    .getByRole('dialog')
    .getByLabel('动态口令')
    .fill(totpCodeAt(scene.people.administrator.totpSecret, scene.now()));
  await page.getByRole('dialog').getByRole('button', { name: '登录', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  t.is(await page.getByLabel('姓名').inputValue(), '李新员');
  await press(page, '建立账号');
  await page.locator('.field.faulty .fault').waitFor();
  t.deepEqual(await violationsOn(page), [], 'faults');
  await page.getByLabel('证件号码').fill(idNumberOf(900));
  await press(page, '建立账号');
  await page.getByRole('img', { name: '动态口令的二维码' }).waitFor();
  await shot('account-secrets');
  t.deepEqual(await violationsOn(page), [], 'secrets');
  const password = (await page.locator('[data-secret=password]').textContent()) ?? '';
  const totpSecret = (await page.locator('[data-secret=totp]').textContent()) ?? '';
  await press(page, '我已交给本人');
  await page.getByRole('dialog').getByRole('button', { name: '我已交给本人' }).click();
  await page.getByRole('heading', { name: '李新员' }).waitFor();
  await page.getByText('还没有改初始密码').waitFor();
  await shot('staff-account');
  t.deepEqual(await violationsOn(page), [], 'account');
  t.false((await page.content()).includes(totpSecret));
  await press(page, '退出登录');
  await scene.goTo(scene.now() + 61);
  await page.goto(`${url}/desk`);
  const clerk = { ...scene.people.employer, login: 'lixinyuan', password, totpSecret };
  await fillSignIn({ ...scene, people: { ...scene.people, employer: clerk } }, 'employer');
  await page.getByText('这是管理员发放的初始密码').waitFor();
  await page.getByLabel('当前密码').fill(password);
  await page.getByLabel('新密码', { exact: true }).fill('four quiet words here');
  await page.getByLabel('再写一遍新密码').fill('four quiet words here');
  await press(page, '修改密码');
  await page.getByText('密码已修改').waitFor();

  await page.goto(`${url}/desk`);
  await page.getByRole('navigation', { name: '工作台栏目' }).waitFor();
  await page.waitForURL(/\/desk\/.+/);
  t.pass();
});

atDesk(
  'an account is stopped with a reason and resumed, and a duty is taken away after a question',
  async (t, scene) => {
    const { page, url } = scene;
    const { accountId } = scene.people.organiser;
    await enterDesk(scene, 'administrator', `/desk/accounts/${accountId}`);
    await press(page, '停用账号');
    await press(page, '确认');
    await page.getByText('请填写“原因”。').waitFor();
    t.deepEqual(await violationsOn(page), [], 'question');
    await page.getByLabel('原因').fill('已调离');
    await press(page, '确认');
    await page.getByText('账号已停用。').waitFor();
    await press(page, '恢复账号');
    await press(page, '确认');
    await page.getByText('账号已恢复。').waitFor();
    await press(page, /^收回：/);
    await page.getByRole('dialog').getByRole('button', { name: '收回' }).click();
    await page.getByText('职责已收回。').waitFor();
    await page.goto(`${url}/desk/accounts/${scene.people.administrator.accountId}`);
    await page.getByText('这是您自己的账号').waitFor();

    t.is(await page.getByRole('button', { name: '停用账号' }).count(), 0);
  },
);

atDesk(
  'a handler changes the reserved phone of a holder who has lost it, after a question',
  async (t, scene) => {
    const { page, shot } = scene;
    await enterDesk(scene, 'handler', '/desk/holders');
    await page.getByLabel('持证人证件号码').fill(idNumberOf(1));
    await page.getByLabel('新的手机号码').fill('19900004321');
    await page.getByLabel('核实情况').fill('身份证原件、社保卡，本人到窗口');
    await press(page, '变更手机号');
    await page.getByText('都发到 19900004321').waitFor();
    t.deepEqual(await violationsOn(page), []);
    await page.getByRole('dialog').getByRole('button', { name: '变更手机号' }).click();
    await page.getByText('预留手机号已变更。').waitFor();
    await shot('holders');

    t.is(await page.getByLabel('持证人证件号码').inputValue(), '');
    t.false(page.url().includes(idNumberOf(1)));
    t.false(await isTooWide(page));
  },
  { width: 320, height: 800 },
);
