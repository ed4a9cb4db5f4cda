/** The work list and one application: by keyboard alone, with two officers at once, with a session or a network that ends. */
import { decide } from './my-scene.ts';
import { atDesk, endSession, enterDesk, fillSignIn } from './desk-steps.ts';
import { isTooWide, press, violationsOn } from './my-steps.ts';
import { standings, tabTo, waiting } from './work-steps.ts';

const RARE = { name: '王𬭎', printedName: '王HONG' };

atDesk('a desk works through its list by keyboard alone', async (t, scene) => {
  const { page } = scene;
  const made = await waiting(scene, 30, place => (place === 2 ? RARE : {}));
  await enterDesk(scene, 'department');
  await page.getByRole('grid').waitFor();
  await page.getByText('共 30 件').waitFor();
  await scene.shot('work-list');
  t.deepEqual(await violationsOn(page), []);

  await tabTo(page, '[role=grid]');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: '键盘操作' }).waitFor();
  await scene.shot('work-keys');
  await page.keyboard.press('Escape');
  await page.keyboard.press('a'); // the first has nothing to look at twice
  await page.getByText(/：通过。/).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('a'); // the rare name is looked at first
  await page.getByRole('heading', { name: '王𬭎的申请' }).waitFor();
  await page.getByText('姓名含生僻字，证书上印为“王HONG”。').waitFor();
  await scene.shot('work-application');
  t.deepEqual(await violationsOn(page), []);
  t.is(await page.evaluate<string>('document.activeElement?.tagName'), 'H1');

  await tabTo(page, '#opinion');
  await page.keyboard.type('请补充聘任文件');
  await tabTo(page, '.decide .button:nth-child(2)');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: '退回这份申请' }).waitFor();
  await scene.shot('work-return');
  await tabTo(page, 'dialog .button:not(.light)');
  await page.keyboard.press('Enter');
  await page.getByText('王𬭎：已办理“退回修改”。').waitFor();
  t.deepEqual(await standings(scene, made.slice(0, 3)), [
    'DEPT_REVIEW 2 passed',
    'DEPT_REVIEW 1',
    'RETURNED 2',
  ]);

  await page.goBack();
  await page.goBack();
  await page.getByRole('grid').waitFor();
  await tabTo(page, '[role=grid]');
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await page.getByText('已选 3 件').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('axj');
  await page.getByRole('heading', { name: '没有符合筛选的申请' }).waitFor();
});

atDesk('of two officers the slower is told what changed, and keeps the opinion', async (t, scene) => {
  const { page } = scene;
  const [first] = await waiting(scene, 1);
  await enterDesk(scene, 'department', `/desk/applications/${first?.id}`);
  await page.getByLabel('意见').fill('写了一半的意见');
  await decide(scene, 'department', { id: first?.id ?? '', decision: 'approve' });
  await press(page, '退回修改');
  await page.getByRole('dialog').getByRole('button', { name: '退回修改' }).click();
  await page.getByText('这份申请在您打开之后有了变化').waitFor();
  await scene.shot('work-stale');

  t.true(await page.getByText(/已作出“通过”。/).isVisible());
  t.is(await page.getByLabel('意见').inputValue(), '写了一半的意见');
  t.deepEqual(await violationsOn(page), []);
});

atDesk('an opinion outlives the session and the network', async (t, scene) => {
  const { page, context } = scene;
  const made = await waiting(scene, 2);
  await enterDesk(scene, 'department', `/desk/applications/${made[0]?.id}`);
  await page.getByLabel('意见').fill('材料不齐，请补充');
  await context.setOffline(true);
  await press(page, '退回修改');
  const dialog = page.getByRole('dialog', { name: '退回这份申请' });
  await dialog.getByRole('button', { name: '退回修改' }).click();
  await dialog.getByText('没有连上服务').waitFor();
  await context.setOffline(false);
  await endSession(scene);
  await dialog.getByRole('button', { name: '退回修改' }).click();
  const again = page.getByRole('dialog', { name: '登录已结束，请重新登录' });
  await again.waitFor();
  await scene.goTo(scene.now() + 61);
  await fillSignIn(scene, 'department');
  await again.waitFor({ state: 'hidden' });
  t.is(await page.getByLabel('意见').inputValue(), '材料不齐，请补充');

  await dialog.getByRole('button', { name: '退回修改' }).dblclick();
  await page.getByText(/已办理“退回修改”。/).waitFor();

  t.deepEqual(await standings(scene, made), ['RETURNED 2', 'DEPT_REVIEW 1']);
});

atDesk(
  'the list, an application and the sheet stand on the narrowest screen',
  async (t, scene) => {
    const { page } = scene;
    const made = await waiting(scene, 12, place => (place === 2 ? RARE : {}));
    await enterDesk(scene, 'department');
    await page.getByText('共 12 件').waitFor();
    await scene.shot('work-list');
    t.deepEqual(await violationsOn(page), []);
    t.false(await isTooWide(page));
    await page.getByLabel(`选择${made[0]?.name}`).check();
    await page.getByLabel('选择王𬭎').check();
    await press(page, '通过');
    await page.getByText('1 件有提示或变化').waitFor();
    await scene.shot('work-sheet');
    t.deepEqual(await violationsOn(page), []);
    t.false(await isTooWide(page));
    await page.getByRole('link', { name: '王𬭎' }).click();
    await page.getByRole('heading', { name: '王𬭎的申请' }).waitFor();
    await page.getByText('还没有办理记录。').waitFor();
    await scene.shot('work-application');
    t.deepEqual(await violationsOn(page), []);
    t.false(await isTooWide(page));
  },
  { width: 320 },
);
