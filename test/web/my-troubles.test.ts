/** The holder's pages when something goes wrong: nothing typed is lost, nothing happens twice, every fault leads to its field. */
import { aPassFor, codeTo, signIn } from './my-scene.ts';
import { atStep, inBrowser, link, NEXT, press, startAppointment, throughSteps } from './my-steps.ts';

const HALF_HOUR = 30 * 60;

inBrowser(
  'faults stand beside their fields, and the list of them leads there (route 2)',
  async (t, scene) => {
    const { page } = scene;
    await aPassFor(scene);
    await signIn(scene);
    await page.getByRole('link', { name: /去申领/ }).waitFor();
    await startAppointment(scene);
    t.true(await page.getByRole('radio', { name: '男' }).isChecked());
    await page.getByLabel('姓名').fill('张明远');
    for (const place of [2, 3, 4, 5]) {
      await press(page, NEXT);
      await atStep(page, place);
    }

    await press(page, '提交申请');
    await page.getByRole('heading', { name: /处需要改正/ }).waitFor();
    await scene.shot('23-faults');
    await page.getByRole('link', { name: /^用人单位：/ }).click();
    await atStep(page, 2);

    const field = page.getByRole('searchbox', { name: '用人单位' });
    await field.waitFor();
    t.is(await page.evaluate<string>('document.activeElement?.id'), 'field-employerCode');
    t.is(await field.getAttribute('aria-invalid'), 'true');
    const described = (await field.getAttribute('aria-describedby')) ?? '';
    t.regex((await page.locator(`#${described.split(' ').at(-1)}`).textContent()) ?? '', /单位/);
  },
);

inBrowser('a session that ends in the middle of the form loses nothing', async (t, scene) => {
  const { page } = scene;
  await aPassFor(scene);
  await signIn(scene);
  await page.getByRole('link', { name: /去申领/ }).waitFor();
  const id = await startAppointment(scene);
  await page.getByLabel('姓名').fill('欧阳');
  await page.getByText('已保存').waitFor();
  await scene.goTo(scene.now() + HALF_HOUR + 60);

  await page.getByLabel('姓名').fill('欧阳明远'); // saved by itself, which meets the end
  const dialog = page.getByRole('dialog', { name: '登录已结束，请重新登录' });
  await dialog.waitFor();
  await scene.shot('24-signed-out');
  t.is(await page.getByLabel('姓名').inputValue(), '欧阳明远');
  t.is(await dialog.getByLabel('证件号码').inputValue(), scene.person.idNumber);
  await dialog.getByRole('button', { name: '获取验证码' }).click();
  await dialog.getByLabel('短信验证码').waitFor();
  await dialog.getByLabel('短信验证码').fill(await codeTo(scene));
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText('已保存').waitFor();
  await press(page, NEXT);
  await atStep(page, 2);
  await page.reload();
  await link(page, /我是谁/);

  t.is(await page.getByLabel('姓名').inputValue(), '欧阳明远');
  t.true(page.url().includes(id));
});

inBrowser(
  'offline in the middle keeps what was typed, and sends it once the network is back',
  async (t, scene) => {
    const { page, context } = scene;
    await aPassFor(scene);
    await signIn(scene);
    await page.getByRole('link', { name: /去申领/ }).waitFor();
    await startAppointment(scene);
    await context.setOffline(true);
    await page.getByLabel('姓名').fill('司马明远');

    await press(page, NEXT);
    await page.getByText('没有连上服务，您填写的内容还在').waitFor();
    await scene.shot('25-offline');
    t.is(await page.getByLabel('姓名').inputValue(), '司马明远');
    await link(page, '首页');
    await page.goBack();
    await atStep(page, 1);
    t.is(await page.getByLabel('姓名').inputValue(), '司马明远');
    await context.setOffline(false);
    await press(page, NEXT);
    await atStep(page, 2);
    await page.reload();
    await link(page, /我是谁/);

    t.is(await page.getByLabel('姓名').inputValue(), '司马明远');
  },
);

inBrowser(
  'a double click begins one draft and submits once, and the back button leads through the steps',
  async (t, scene) => {
    const { page, url } = scene;
    const id = await aPassFor(scene);
    await signIn(scene);
    await page.getByRole('link', { name: /去申领/ }).waitFor();
    await page.goto(`${url}/my/apply`);
    await page.getByRole('button', { name: '单位自主聘任取得：开始填写' }).dblclick();
    await atStep(page, 1);
    await page.goto(`${url}/my/applications/${id}`);
    await press(page, '申领这项资格');
    await atStep(page, 1);
    await throughSteps(scene);
    await page.goBack();
    await atStep(page, 4);
    await page.goForward();
    await atStep(page, 5);
    await page.getByRole('button', { name: '提交申请' }).dblclick();
    await page.getByText('已提交，等待下一级审核').waitFor();
    await page.goto(`${url}/my`);
    await page.getByRole('link', { name: /继续填写/ }).waitFor();

    t.is(await page.getByRole('link', { name: /继续填写/ }).count(), 1);
    const seen = (await (await scene.desk('examBody')).get(`/api/applications/${id}`)).body as {
      round: number;
    };
    t.is(seen.round, 1);
  },
);

inBrowser('a change made elsewhere comes in beside what is typed here, and is told', async (t, scene) => {
  const { page, context, url } = scene;
  await aPassFor(scene);
  await signIn(scene);
  await page.getByRole('link', { name: /去申领/ }).waitFor();
  const id = await startAppointment(scene);
  const other = await context.newPage();
  await other.clock.setFixedTime(scene.now() * 1000);
  await other.goto(`${url}/my/applications/${id}/edit/title`);
  await atStep(other, 3);
  await other.getByLabel('专业').fill('结构');
  await press(other, NEXT);
  await atStep(other, 4);

  await page.getByLabel('姓名').fill('张三'); // saved by itself, which meets the change
  await page.getByRole('heading', { name: '内容已变化' }).waitFor();
  await scene.shot('26-changed');

  t.true(await page.getByText('专业：结构').isVisible());
  t.is(await page.getByLabel('姓名').inputValue(), '张三');
  await press(page, NEXT);
  await atStep(page, 2);
});

inBrowser(
  'papers are sent, looked at and deleted; what is refused says why and the form stays',
  async (t, scene) => {
    const { page } = scene;
    await aPassFor(scene);
    await signIn(scene);
    await page.getByRole('link', { name: /去申领/ }).waitFor();
    const id = await startAppointment(scene);
    await page.goto(`${scene.url}/my/applications/${id}/edit/papers`);
    await atStep(page, 4);
    const picker = page.locator('input[type=file][multiple]');
    const paper = { name: '聘任文件.png', mimeType: 'image/png', buffer: await page.screenshot() };
    await picker.setInputFiles([
      paper,
      { name: '别的.png', mimeType: 'image/png', buffer: Buffer.from('no picture at all') },
    ]);
    await page.getByText('别的.png 没有传上').waitFor();
    await page.getByText('聘任文件.png（').waitFor();
    await scene.shot('27-papers');
    await page.getByLabel('这份材料是').selectOption('其他');
    await picker.setInputFiles(paper);
    await page.getByText('这个文件已经传过：聘任文件.png，种类是“聘任文件”').waitFor();
    await press(page, '查看：聘任文件.png');
    await page.getByRole('img', { name: '聘任文件.png' }).waitFor();
    await press(page, '删除：聘任文件.png');
    await page.getByRole('dialog').getByRole('button', { name: '删除' }).click();
    await page.getByText('还没有材料').waitFor();

    t.is(await page.getByText('聘任文件.png（').count(), 0);
  },
);
