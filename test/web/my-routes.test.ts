/** Routes 2 and 4 on the holder's phone, from the first step to the certificate whose code verifies; the desks act over the API. */
import { readFileSync } from 'node:fs';
import type { ExecutionContext } from 'ava';
import { readOneCode } from '../../src/certificate/read-image.ts';
import { newestMessageTo } from '../../src/messages/enqueue.ts';
import { publish } from '../../src/revocation/publish.ts';
import { newAct } from '../../src/world.ts';
import { client } from '../support/people.ts';
import { certified, decide, signIn, type Scene } from './my-scene.ts';
import {
  atStep,
  chooseArchive,
  chooseEmployer,
  COLLECTION,
  inBrowser,
  isTooWide,
  link,
  NEXT,
  press,
  startDraft,
  violationsOn,
} from './my-steps.ts';

const SAVED = '已保存';

inBrowser(
  'a person goes from the first step to the certificate, returned and mended on the way (route 2)',
  async (t, scene) => {
    const { page, shot } = scene;
    await signIn(scene);
    const id = await startDraft(scene, '单位自主聘任取得');
    await page.getByLabel('姓名').fill('张明远');
    await page.getByText(SAVED).waitFor();
    await press(page, NEXT);
    await atStep(page, 2);
    await chooseEmployer(page, '滨河');
    await page.getByText(/由天津市住房建设委员会.*呈报，不用填档案存放机构/).waitFor();
    t.is(await page.getByRole('searchbox', { name: '档案存放机构' }).count(), 0);
    await looksWell(t, scene, '40-department');
    await press(page, NEXT);
    await atStep(page, 3);
    await fillTitle(scene);
    await page.getByLabel('取得资格时间').fill('2021-07-09');
    await aPaper(scene, '聘任文件', '聘任书.png');
    await press(page, NEXT);
    await atStep(page, 5);
    await page.getByText('呈报单位').waitFor();
    await press(page, '提交申请');
    await page.getByText(/现在由天津滨河.*办理/).waitFor();

    await decide(scene, 'employer', { id, decision: 'return', opinion: '专业请写规范名称。' });
    await page.goto(`${scene.url}/my`);
    await link(page, /去修改/);
    await link(page, /职称$/);
    await atStep(page, 3);
    await page.getByLabel('专业').fill('建筑结构设计');
    await page.getByText(SAVED).waitFor();
    await link(page, /核对提交/);
    await page.getByRole('button', { name: '提交申请' }).dblclick();
    await page.getByText('已提交，等待下一级审核').waitFor();
    await page.getByText('再次提交时改了：').waitFor();
    t.regex((await page.locator('.mended li').textContent()) ?? '', /专业：结构.*建筑结构设计/s);
    await looksWell(t, scene, '41-mended');
    await page.goBack();
    await page.getByText('这份申请现在不能修改').waitFor();

    await decide(scene, 'employer', { id, decision: 'approve' });
    await decide(scene, 'department', { id, decision: 'approve' });
    await certified(scene, { id, by: 'department' });
    await collected(t, scene);
    await shot('42-certificate');
  },
);

inBrowser(
  'a person whose employer has no department names the archive body, and gets the certificate (route 4)',
  async (t, scene) => {
    const { page, context } = scene;
    await signIn(scene);
    const id = await startDraft(scene, '委托外地或部委评审取得');
    await page.getByLabel('姓名').fill('欧阳明远');
    await press(page, NEXT);
    await atStep(page, 2);
    await chooseEmployer(page, '大学');
    await page.getByText('这家单位没有登记业务主管部门').waitFor();
    await page.getByText('档案还没有存放？').click();
    await looksWell(t, scene, '43-archive');
    await chooseArchive(page);
    await press(page, NEXT);
    await atStep(page, 3);
    await fillTitle(scene);
    await page.getByLabel('评审机构').fill('中国建筑学会工程师职称评审委员会（测试）');
    await page.getByLabel('取得资格时间').fill('2021-06-20');
    await aPaper(scene, '评审结果文件', '评审结果.png');
    await context.setOffline(true);
    await page.getByLabel('委托函文号').fill('津人社委函〔2021〕7号（测试）');
    await page.getByText('没有保存上，内容还在本页').waitFor();
    await looksWell(t, scene, '44-offline');
    await context.setOffline(false);
    await page.getByText(SAVED).waitFor();
    await link(page, /核对提交/);
    await press(page, '提交申请');
    await page.getByText('已提交，等待下一级审核').waitFor();

    await decide(scene, 'university', { id, decision: 'approve' });
    await decide(scene, 'archive', { id, decision: 'approve' });
    await certified(scene, { id, by: 'archive' });
    await collected(t, scene);
  },
);

inBrowser(
  'what is typed is saved by itself, comes back after a reload, and where two wrote the same field the person chooses',
  async (t, scene) => {
    const { page, context, url } = scene;
    await signIn(scene);
    const id = await startDraft(scene, '单位自主聘任取得');
    await page.goto(`${url}/my/applications/${id}/edit/title`);
    await atStep(page, 3);
    await page.getByLabel('专业').fill('结构');
    await page.getByText(SAVED).waitFor();
    const other = await context.newPage();
    await other.clock.setFixedTime(scene.now() * 1000);
    await other.goto(`${url}/my/applications/${id}/edit/title`);
    await other.getByLabel('专业').waitFor();
    t.is(await other.getByLabel('专业').inputValue(), '结构');
    await other.getByLabel('专业').fill('建筑设计');
    await other.getByText(SAVED).waitFor();

    await page.getByLabel('专业').fill('建筑结构');
    await page.getByText('下面几项两处都改了').waitFor();
    await looksWell(t, scene, '45-contested');
    t.is(await page.getByLabel('专业').inputValue(), '建筑结构');
    await page.reload();
    await page.getByText('下面几项两处都改了').waitFor();
    t.is(await page.getByLabel('专业').inputValue(), '建筑结构');
    await press(page, '保留这里填的专业');
    await page.getByText(SAVED).waitFor();
    await other.reload();
    await other.getByLabel('专业').waitFor();

    t.is(await other.getByLabel('专业').inputValue(), '建筑结构');
    const kept = await page.evaluate<string>('JSON.stringify({ ...sessionStorage, ...localStorage })');
    t.false(kept.includes('建筑结构'), 'what is saved is kept on the device no longer');
  },
);

inBrowser(
  'whoever is entered as staff is told by message, sees the employer in the account, and can object',
  async (t, scene) => {
    const { page, world, person } = scene;
    await signIn(scene);
    await page.getByRole('heading', { name: '等您办理' }).waitFor();
    const employer = await scene.desk('employer');
    await employer.post('/api/employments', {
      idNumber: person.idNumber,
      name: '张明远',
      from: '2021-03-01',
    });
    await link(page, '账号');
    await page.getByText('不是我的单位，或者已经离开？').click();
    await looksWell(t, scene, '46-employments');

    t.regex((await newestMessageTo(world, person.phone)) ?? '', /将您登记为在职人员/);
    t.is(await page.getByRole('link', { name: '向市人社局反映' }).getAttribute('href'), '/feedback');
    await link(page, '谁查询过');
    await page.getByText('没有机构订阅您的证书').waitFor();
    await looksWell(t, scene, '47-asked');
  },
);

async function fillTitle({ page }: Scene): Promise<void> {
  await page.getByLabel('系列').selectOption('工程技术人员');
  await page.getByRole('radio', { name: '中级' }).check();
  await page.getByLabel('专业').fill('结构');
  await press(page, NEXT);
  await atStep(page, 4);
}

async function aPaper({ page }: Scene, purpose: string, name: string): Promise<void> {
  await page.getByLabel('这份材料是').selectOption(purpose);
  const buffer = await page.screenshot();
  await page.locator('input[type=file][multiple]').setInputFiles({ name, mimeType: 'image/png', buffer });
  await page.getByText(`${name}（`).waitFor();
}

/** The certificate is downloaded on its first day, and its code is read from the file and found valid by the service. */
async function collected(t: ExecutionContext, scene: Scene): Promise<void> {
  const { page, url, world } = scene;
  await scene.goTo(COLLECTION);
  await publish(world, newAct(world, 'test:publisher')); // as the service does every few seconds
  await page.goto(`${url}/my`);
  await signIn(scene);
  await link(page, /可以领取了/);
  const [download] = await Promise.all([page.waitForEvent('download'), press(page, '下载图片（PNG）')]);
  const text = await readOneCode(readFileSync(await download.path()));
  const { body } = await client(url).post('/api/verify', { text });

  t.like(body, { verdict: 'valid' });
}

async function looksWell(t: ExecutionContext, scene: Scene, name: string): Promise<void> {
  t.deepEqual(await violationsOn(scene.page), [], name);
  t.false(await isTooWide(scene.page), `${name} is too wide`);
  await scene.shot(name);
}
