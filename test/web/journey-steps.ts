/**
 * What the journeys share: a holder's phone, pressed by a finger, a desk's computer at which one officer after the other sits down, and
 * the ways through both that every route takes. Everything goes by the pages; from behind come only the clock and the texts on the phone.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { readOneCode } from '../../src/certificate/read-image.ts';
import { publish } from '../../src/revocation/publish.ts';
import { projectFile } from '../../src/shared/project.ts';
import { newAct } from '../../src/world.ts';
import { aScan } from '../applications/attachment/some-files.ts';
import { enterDesk, fillSignIn } from './desk-steps.ts';
import { codeTo, hear, type Desk, type Scene } from './my-scene.ts';
import { atStep, COLLECTION, inBrowser, NEXT, press } from './my-steps.ts';

const SHOTS = projectFile('test/screenshots');
const AUGUST = '2021 年 8 月';

export interface Journey {
  readonly phone: Scene;
  readonly desk: Scene;
}

/** A case with a phone and a desk's computer in one bureau. */
export function journey(title: string, run: (t: ExecutionContext, journey: Journey) => Promise<void>): void {
  const options = { touch: true, pages: 'journey' };
  inBrowser(
    title,
    async (t, scene) => {
      const both = await withDesk(t, scene);
      try {
        await run(t, both);
      } catch (error) {
        await both.desk.shot('failed');
        throw error;
      }
    },
    options,
  );
}

/** Both see the same clock. */
async function withDesk(t: ExecutionContext, scene: Scene): Promise<Journey> {
  const browser = scene.context.browser();
  if (!browser) throw new RangeError('the scene has a browser');
  const context = await browser.newContext({ locale: 'zh-CN', viewport: { width: 1280, height: 900 } });
  t.teardown(async () => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  hear(page, scene.complaints);
  await page.clock.setFixedTime(scene.now() * 1000);
  const goTo: Scene['goTo'] = async at => {
    await scene.goTo(at);
    await page.clock.setFixedTime(scene.now() * 1000);
  };
  const shot: Scene['shot'] = async name => {
    await page.screenshot({ path: join(SHOTS, `journey-${name}-1280.png`), fullPage: true });
  };
  return { phone: { ...scene, goTo }, desk: { ...scene, context, page, goTo, shot } };
}

/** Presses with a finger what has that name: a button, or a link where there is no such button. */
export async function tap(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name }).or(page.getByRole('link', { name })).first().tap();
}

/** From the front door to one's own page, by the code on the phone. */
export async function holderEnters(phone: Scene): Promise<void> {
  const { page, url, person } = phone;
  await page.goto(url);
  await tap(page, '我的职称证书');
  await page.getByLabel('证件号码').fill(person.idNumber);
  await page.getByLabel('预留手机号码').fill(person.phone);
  await tap(page, '获取验证码');
  await page.getByLabel('短信验证码').waitFor();
  await page.getByLabel('短信验证码').fill(await codeTo(phone));
  await page.getByRole('heading', { name: '等您办理' }).waitFor();
}

/** A new draft of that way, at its first step. */
export async function begins({ page }: Scene, way: string, name: string): Promise<void> {
  await tap(page, '我能申请什么');
  await tap(page, `${way}：开始填写`);
  await atStep(page, 1);
  await page.getByLabel('姓名').fill(name);
  await tap(page, NEXT);
  await atStep(page, 2);
}

/** Looks for the organisation by a part of its name, and takes the one that is found. */
export async function picks({ page }: Scene, label: string, part: string): Promise<void> {
  await page.getByRole('searchbox', { name: label }).fill(part);
  await tap(page, `查找：${label}`);
  await page.locator('.option', { hasText: part }).tap();
  await page.getByText('已选：').waitFor();
}

export async function writesTitle({ page }: Scene, specialty: string): Promise<void> {
  await page.getByLabel('系列').selectOption('工程技术人员');
  await page.getByRole('radio', { name: '中级' }).check();
  await page.getByLabel('专业').fill(specialty);
  await tap(page, NEXT);
  await atStep(page, 4);
}

/** A paper from the phone's pictures. */
export async function attaches({ page }: Scene, purpose: string, name: string): Promise<void> {
  await page.getByLabel('这份材料是').selectOption(purpose);
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), tap(page, '选文件')]);
  // each of another size: the same file twice is one file
  const buffer = Buffer.from(await aScan(200 + name.length * 10));
  await chooser.setFiles({ name, mimeType: 'image/png', buffer });
  await page.getByText(`${name}（`).waitFor();
}

export async function submits({ page }: Scene, nextDesk: string): Promise<void> {
  await tap(page, '提交申请');
  await page.getByText('已提交，等待下一级审核').waitFor();
  await page.getByText(`现在由${nextDesk}办理`).waitFor();
}

/** The next officer sits down at the desk's computer; whoever sat there before signs out. */
export async function sitsDown(desk: Scene, which: Desk): Promise<void> {
  const { page } = desk;
  if (page.url() === 'about:blank') return enterDesk(desk, which);
  await press(page, '退出登录');
  await page.getByRole('button', { name: '登录', exact: true }).waitFor();
  await desk.goTo(desk.now() + 61); // a one-time password serves once
  await fillSignIn(desk, which);
  await page.getByRole('button', { name: '退出登录' }).waitFor();
}

/** Opens that person's application from the work list. */
export async function opens({ page }: Scene, name: string): Promise<void> {
  await page.getByRole('link', { name, exact: true }).first().click(); // of namesakes the first
  await page.getByRole('heading', { name: `${name}的申请` }).waitFor();
}

/** Decides on the open application and says yes to the question; the console then tells what was done. */
export async function decides({ page }: Scene, word: string, name: string): Promise<void> {
  await page.getByRole('button', { name: word, exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: word, exact: true }).click();
  await page.getByText(`${name}：已办理“${word}”。`).waitFor();
}

/** What was passed is gathered and uploaded to the bureau. */
export async function uploads({ page }: Scene, count: number): Promise<void> {
  await press(page, /^去看“待上传”/);
  await press(page, `全部上传（${count} 件）`);
  await page.getByText(`${AUGUST}批次：${count} 件`).waitFor();
  await press(page, `上传市局 ${count} 件`);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: `上传市局 ${count} 件` })
    .click();
  await page.getByText(`${count} 件全部办好。`).waitFor();
  await press(page, '完成，返回待办');
  await page.getByText('没有待上传的申请').waitFor();
}

/** The bureau's part: one officer checks, another looks at the month's batch and approves it, and the signing is followed to its end. */
export async function bureauIssues(desk: Scene, name: string, count = 1): Promise<void> {
  const { page } = desk;
  await sitsDown(desk, 'handler');
  if (count === 1) await checks(desk, name);
  else await checksAll(desk, count);
  await sitsDown(desk, 'approver');
  await page.getByRole('link', { name: '查看当月批次' }).click();
  await page.getByText(`${count} 件已核对，等待另一人批准。`).waitFor();
  await page.getByRole('link', { name: '查看批次与批准' }).click();
  await page.getByText(`下列汇总正是待批准的 ${count} 件`).waitFor();
  await page.getByLabel(/我已查看以上汇总/).check();
  await press(page, `批准 ${count} 件`);
  await page.getByRole('dialog').getByRole('button', { name: '批准', exact: true }).dblclick();
  await page.getByText(`已批准 ${count} 件，正在制证。`).waitFor();
  await page.getByText(`本批 ${count} 件已全部处理完毕。`).first().waitFor();
}

async function checks(desk: Scene, name: string): Promise<void> {
  const { page } = desk;
  await opens(desk, name);
  await press(page, '核对无误');
  await page.getByText(`${name}：已办理“核对无误”。`).waitFor();
}

async function checksAll({ page }: Scene, count: number): Promise<void> {
  await page.getByText(`共 ${count} 件`).waitFor();
  await page.getByLabel(/^选择列出的全部/).check();
  await press(page, '核对无误');
  await page.getByText(`共 ${count} 件，都没有需要留意之处`).waitFor();
  await press(page, `核对无误 ${count} 件`);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: `核对无误 ${count} 件` })
    .click();
  await page.getByText(`${count} 件全部办好。`).waitFor();
  await press(page, '完成，返回待办');
  await page.getByText('没有待核对的申请').waitFor();
}

/** Before the day the phone says when; on it the holder saves picture and PDF, and the picture proves to be the original and valid. */
export async function collects(t: ExecutionContext, { phone }: Journey): Promise<void> {
  const { page, url, world } = phone;
  await page.goto(`${url}/my`);
  await page.getByText('制证中，2021 年 9 月 15 日起可领取').waitFor();
  await phone.goTo(COLLECTION);
  await publish(world, newAct(world, 'test:publisher')); // as the service does every few seconds
  await holderEnters(phone);
  await tap(page, /可以领取了/);
  await tap(page, '显示证书');
  await page.getByRole('img', { name: /职称证书/ }).waitFor();
  await phone.shot('certificate');
  const [picture] = await Promise.all([page.waitForEvent('download'), tap(page, '下载图片（PNG）')]);
  const [paper] = await Promise.all([page.waitForEvent('download'), tap(page, '下载 PDF')]);
  t.is(readFileSync(await paper.path()).toString('latin1', 0, 5), '%PDF-');
  const png = readFileSync(await picture.path());
  await verified(t, phone, { name: picture.suggestedFilename(), png });
}

/** Whoever is handed the file gives it to the page that anybody may open; and the code on it is the one the holder's page leads to. */
async function verified(
  t: ExecutionContext,
  { page, url, now, shot }: Scene,
  { name, png }: { name: string; png: Buffer },
): Promise<void> {
  const printed = await readOneCode(png);
  t.is(printed, (await page.getByRole('link', { name: '打开查验页' }).getAttribute('href')) ?? '');
  // the service's clock is the scene's: so is what it tells in its answers
  await page.route('**/trust', async route => {
    const response = await route.fetch();
    await route.fulfill({
      response,
      headers: { ...response.headers(), date: new Date(now() * 1000).toUTCString() },
    });
  });
  await page.goto(url);
  await tap(page, '查验证书');
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByText('选择图片或 PDF').tap(),
  ]);
  await chooser.setFiles({ name, mimeType: 'image/png', buffer: png });
  await page.getByText('证书有效', { exact: true }).waitFor();
  await page.getByText('原始电子文件，签章完好').waitFor();
  await shot('verified');
}
