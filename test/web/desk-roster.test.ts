/** A roster at the console: dropped, its faults mended in the page, taken in whole; late, twice, too large, or no roster at all (R9, R12). */
import { readFile } from 'node:fs/promises';
import { somePass } from '../applications/a-city.ts';
import { idNumberOf } from '../support/bureau.ts';
import { atDesk, endSession, enterDesk, fillSignIn } from './desk-steps.ts';
import { isTooWide, press, violationsOn } from './my-steps.ts';
import { aResult, csvOf, drop, MENDED, pick, registerCommittee, SEVEN_FAULTS } from './roster-steps.ts';

atDesk('a roster with seven faults is mended in the page and taken in whole, once', async (t, scene) => {
  const { page } = scene;
  await registerCommittee(scene);
  await enterDesk(scene, 'organiser', '/desk/rosters');
  await page.getByText('还没有受理过名册。').waitFor();
  await scene.shot('roster-empty');
  t.deepEqual(await violationsOn(page), []);

  await drop(page, '七月评审.csv', csvOf(SEVEN_FAULTS));
  await page.getByRole('heading', { name: /6 行有错误，共 7 处/ }).waitFor();
  await scene.shot('roster-faults');
  t.deepEqual(await violationsOn(page), []);
  t.false(await isTooWide(page));

  // by keyboard from fault to fault, what is typed stays when the session ends meanwhile
  await page.getByRole('region', { name: '有错误的行' }).focus();
  await page.keyboard.press('n');
  t.is(await page.evaluate('document.activeElement.getAttribute("aria-label")'), '第 2 行 手机号码');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('19900001001');
  await page.keyboard.press('Enter');
  t.is(await page.evaluate('document.activeElement.getAttribute("aria-label")'), '第 4 行 性别');
  for (const [line, column, text] of MENDED)
    await page.getByRole('textbox', { name: `第 ${line} 行 ${column}` }).fill(text);
  await press(page, '第 8 行：不要这一行');
  await page.getByText('已改 7 / 7 处').waitFor();
  await endSession(scene);
  await press(page, '重新核对');
  await page.getByRole('heading', { name: '登录已结束，请重新登录' }).waitFor();
  await scene.goTo(scene.now() + 61);
  await fillSignIn(scene, 'organiser');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  const [annotated] = await Promise.all([page.waitForEvent('download'), press(page, '下载标明错误的文件')]);
  t.is(annotated.suggestedFilename(), '七月评审.改正.csv');
  t.regex(await readFile(await annotated.path(), 'utf8'), /错误说明/);
  await press(page, '重新核对');

  await page.getByRole('heading', { name: '核对无误，共 6 行' }).waitFor();
  await page.getByText('2021 年 8 月 4 日').or(page.getByText('8 月 4 日')).first().waitFor();
  await scene.shot('roster-ready');
  t.deepEqual(await violationsOn(page), []);
  await page.getByRole('button', { name: '上传 6 人' }).dblclick();
  await page.getByRole('heading', { name: '名册已受理' }).waitFor();
  t.is(await page.evaluate('document.activeElement.textContent'), '名册已受理');
  await page.getByText(/进入 2021 年 8 月批次/).waitFor();
  await scene.shot('roster-taken');
  t.deepEqual(await violationsOn(page), []);
  t.is(await page.getByRole('table', { name: '最近受理的名册' }).getByRole('row').count(), 2);

  // the same again has no second effect, and the page says so before and after
  await press(page, '再传一份名册');
  const mended = [1, 2, 3, 4, 5, 6].map(serial => aResult(serial));
  await drop(page, '七月评审.csv', csvOf(mended));
  await page.getByText(/已收到过这份名册/).waitFor();
  await press(page, '仍然上传');
  await page.getByRole('heading', { name: '这份名册已收到过，没有重复受理' }).waitFor();
  const organiser = await scene.desk('organiser');
  const { items } = (await organiser.get('/api/applications')).body as { items: unknown[] };
  t.is(items.length, 6);
});

atDesk(
  'a late roster is told to be late before it is sent; what is no roster says what to do, and a phone is wide enough',
  async (t, scene) => {
    const { page } = scene;
    await registerCommittee(scene);
    await enterDesk(scene, 'organiser', '/desk/rosters');
    await pick(page, '说明.txt', Buffer.from('这是一封信，不是名册'));
    await page.getByRole('heading', { name: '这份文件读不出名册' }).waitFor();
    await scene.shot('roster-unread');
    t.deepEqual(await violationsOn(page), []);
    await press(page, '换一个文件');
    await pick(page, '很大.csv', Buffer.alloc(20 * 1024 * 1024 + 1, '张'));
    await page.getByText(/文件超过 20 MB/).waitFor();
    await press(page, '换一个文件');

    await pick(page, '名册.csv', Buffer.from(csvOf([aResult(1, { 手机号码: '1' }), aResult(2)])));
    await page.getByRole('heading', { name: /1 行有错误/ }).waitFor();
    await scene.shot('roster-faults');
    t.false(await isTooWide(page));
    t.deepEqual(await violationsOn(page), []);
    await press(page, '换一个文件');

    const late = [aResult(1, { 核准备案日期: '2021-07-20' }), aResult(2)];
    await pick(page, '名册.csv', Buffer.from(csvOf(late)));
    await page.getByText('有 1 人超过了五个工作日').waitFor();
    await scene.shot('roster-late');
    t.false(await isTooWide(page));
    // going elsewhere loses nothing
    await press(page, '栏目');
    await page.getByRole('link', { name: '测试员' }).click();
    await page.getByRole('heading', { name: '我的账号' }).waitFor();
    await page.goBack();
    await press(page, '上传 2 人');
    await page.getByText('其中 1 人逾期，已记录。').waitFor();
    t.false(await isTooWide(page));
  },
  { width: 320 },
);

atDesk('an exam body mends and uploads its passes in the same way', async (t, scene) => {
  const { page } = scene;
  await enterDesk(scene, 'examBody', '/desk/rosters');
  const passes = [somePass(), somePass({ 证件号码: idNumberOf(2), 性别: '男', 手机号码: '19900001002' })];
  await drop(page, '通过名单.csv', csvOf(passes));
  await page.getByRole('textbox', { name: '第 3 行 性别' }).fill('女');
  await press(page, '重新核对');
  await press(page, '上传 2 人');
  await page.getByText('已向新受理的人员发出短信，由本人登录申领。').waitFor();
  await scene.shot('roster-passes');
  const [template] = await Promise.all([
    page.waitForEvent('download'),
    press(page, '下载空白模板：表格 .xlsx'),
  ]);
  t.is(template.suggestedFilename(), '考试通过名单模板.xlsx');
  t.deepEqual(await violationsOn(page), []);
});
