/** Signing in at the console: who may, what a wrong password says, and what an ended session leaves in place. */
import { atDesk, endSession, enterDesk, fillSignIn } from './desk-steps.ts';
import { isTooWide, violationsOn } from './my-steps.ts';

atDesk('staff sign in with a one-time password and meet their own account', async (t, scene) => {
  const { page } = scene;
  await enterDesk(scene, 'auditor');
  await page.getByRole('link', { name: '测试员' }).click();
  await page.getByRole('heading', { name: '我的账号' }).waitFor();
  await page.getByText('（本机）').waitFor();
  await scene.shot('account');

  t.deepEqual(await violationsOn(page), []);
  t.false(await isTooWide(page));
});

atDesk(
  'a wrong password is told beside the form and the login stays',
  async (t, scene) => {
    const { page, url } = scene;
    await page.goto(`${url}/desk`);
    await page.getByRole('button', { name: '登录', exact: true }).click();
    await page.getByText('请填写账号。').waitFor();
    await page.getByLabel('账号').fill('nobody');
    await page.getByLabel('密码', { exact: true }).fill('wrong');
    await page.getByLabel('动态口令').fill('000000');
    await page.getByRole('button', { name: '登录', exact: true }).click();
    await page.getByRole('alert').getByText(/不对/).waitFor();
    await scene.shot('sign-in');

    t.is(await page.getByLabel('账号').inputValue(), 'nobody');
    t.deepEqual(await violationsOn(page), []);
    t.false(await isTooWide(page));
  },
  { width: 320 },
);

atDesk('a session that ends in the middle of a form leaves what was typed', async (t, scene) => {
  const { page } = scene;
  await enterDesk(scene, 'handler', '/desk/account');
  await page.getByLabel('当前密码').fill(scene.people.handler.password);
  await page.getByLabel('新密码', { exact: true }).fill('not quite finished');
  await page.getByLabel('再写一遍新密码').fill('not quite finished');
  await endSession(scene);
  await page.getByRole('button', { name: '修改密码' }).click();
  await page.getByRole('heading', { name: '登录已结束，请重新登录' }).waitFor();
  await scene.goTo(scene.now() + 61);
  await page.getByRole('dialog').getByLabel('密码', { exact: true }).waitFor();
  await fillSignIn({ ...scene, page }, 'handler');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });

  t.is(await page.getByLabel('新密码', { exact: true }).inputValue(), 'not quite finished');
});
