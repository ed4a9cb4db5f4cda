/** What cases of the holder's pages share: a case in the browser, and the ways through the pages that many of them take. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test, { type ExecutionContext } from 'ava';
import type { Browser, Page } from 'playwright-core';
import { startOf } from '../../src/shared/time.ts';
import { aPassFor, aScene, launch, obstacle, signIn, type Scene, type SceneOptions } from './my-scene.ts';

/** The first morning on which what was uploaded in August can be collected. */
export const COLLECTION = startOf('2021-09-15') + 9 * 3600;
let browser: Browser | undefined;

test.before(async () => {
  if (obstacle() === undefined) browser = await launch();
});
test.after.always(async () => {
  await browser?.close();
});

/** A case with a bureau and a browser profile of its own, or a loud word that it was not tried. */
export function inBrowser(
  title: string,
  run: (t: ExecutionContext, scene: Scene) => Promise<void>,
  options?: SceneOptions,
): void {
  test.serial(title, async t => {
    if (!browser) {
      t.log(`NOT TESTED: ${title} (${obstacle()})`);
      console.warn(`NOT TESTED: ${title} (${obstacle()})`);
      t.pass();
      return;
    }
    const scene = await aScene(t, browser, options);
    scene.page.setDefaultTimeout(30_000);
    try {
      await run(t, scene);
    } catch (error) {
      await scene.shot('failed');
      throw error;
    }
    t.deepEqual(scene.complaints, []);
  });
}

/** The button that keeps a step and goes on. */
export const NEXT = '保存，下一步';
export const press = async (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole('button', { name }).click();
export const link = async (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole('link', { name }).first().click();
export const atStep = async (page: Page, place: number): Promise<void> =>
  page.getByRole('heading', { name: `第 ${place} 步` }).waitFor();

/** From the pass on the home page to the first step of the form. */
export async function applyForPass({ page }: Scene): Promise<void> {
  await link(page, /去申领/);
  await press(page, '申领这项资格');
  await atStep(page, 1);
}

export async function chooseEmployer(page: Page, part: string): Promise<void> {
  await page.getByRole('searchbox', { name: '用人单位' }).fill(part);
  await press(page, '查找：用人单位');
  await page.locator('.option').first().click();
}

export async function chooseArchive(page: Page): Promise<void> {
  await page.getByRole('searchbox', { name: '档案存放机构' }).fill('人力资源');
  await press(page, '查找：档案存放机构');
  await press(page, /津门区人力资源服务中心/);
}

export async function throughSteps({ page }: Scene): Promise<void> {
  await press(page, NEXT);
  await atStep(page, 2);
  await chooseArchive(page);
  for (const place of [3, 4, 5]) {
    await press(page, NEXT);
    await atStep(page, place);
  }
}

export async function submitPass(scene: Scene): Promise<string> {
  const id = await aPassFor(scene);
  await signIn(scene);
  await applyForPass(scene);
  await throughSteps(scene);
  await press(scene.page, '提交申请');
  await scene.page.getByText('已提交，等待下一级审核').waitFor();
  return id;
}

/** A new draft of an appointment by the employer, at its first step; begun on the home page. */
export async function startAppointment(scene: Scene): Promise<string> {
  return startDraft(scene, '单位自主聘任取得');
}

/** A new draft of that way, at its first step; begun on the home page. */
export async function startDraft({ page }: Scene, way: string): Promise<string> {
  await page.getByRole('link', { name: '我能申请什么' }).click();
  await press(page, `${way}：开始填写`);
  await atStep(page, 1);
  return /applications\/([0-9a-f]{32})/.exec(page.url())?.[1] ?? '';
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** Violations of WCAG 2.2 AA and good practice that axe-core finds on the page as it stands. */
export async function violationsOn(page: Page): Promise<readonly string[]> {
  const file = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  await page.evaluate(readFileSync(file, 'utf8'));
  const { violations } = await page.evaluate<{ violations: readonly Violation[] }>('axe.run()');
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(node => `${node.html} ${node.failureSummary ?? ''}`).join(' | ')}`,
  );
}

/** True when the page must be scrolled sideways. */
export async function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
}
