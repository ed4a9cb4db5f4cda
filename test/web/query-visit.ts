/** The page `/query` in a real browser, against the service itself on a fresh database. Needs Chromium; without it nothing is tested. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { chromium, type Browser, type Page } from 'playwright-core';
import { startService } from '../../src/service.ts';
import { projectFile } from '../../src/shared/project.ts';
import { aScene, type Scene } from '../lookups/asking.ts';
import { databases } from '../support/database.ts';

const CHROMIUM = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(path => path !== undefined && existsSync(path));
const CHROMIUM_ARGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
/** Folder for pictures of every step, for people who want to look; none by default. */
const SHOTS = process.env['SHOTS_DIR'];

export interface Visit extends Scene {
  readonly page: Page;
  readonly url: string;
  /** Console errors, uncaught exceptions and breaches of the policy; an answer that refuses is none. */
  readonly complaints: string[];
}

export interface VisitOptions {
  /** Cells of the first person's row of the roster. */
  readonly cells?: Readonly<Record<string, string>>;
  readonly width?: number;
}

let browser: Browser | undefined;

test.before(async () => {
  if (CHROMIUM !== undefined)
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
});

test.after.always(async () => {
  await browser?.close();
});

/** A case in a fresh profile on a service of its own, or a loud word that it was not tested. Nothing may complain at its end. */
export function inBrowser(
  title: string,
  run: (t: ExecutionContext, visit: Visit) => Promise<void>,
  options: VisitOptions = {},
): void {
  test.serial(title, async t => {
    const [sqlite] = databases();
    if (browser === undefined || sqlite === undefined || !existsSync(projectFile('public/app/query.html'))) {
      console.warn(`NOT TESTED: ${title} (no Chromium, or no built page)`);
      t.pass();
      return;
    }
    const scene = await aScene(t, sqlite, {
      release: true,
      ...(options.cells ? { cells: options.cells } : {}),
    });
    const service = await startService(scene.world);
    t.teardown(async () => service.stop());
    const viewport = { width: options.width ?? 390, height: 844 };
    const context = await browser.newContext({ viewport, locale: 'zh-CN' });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', message => {
      if (message.type() === 'error' && !/status of 4\d\d|net::ERR/.test(message.text()))
        complaints.push(message.text());
    });
    page.on('pageerror', error => complaints.push(String(error)));
    try {
      await run(t, { ...scene, page, url: service.url, complaints });
      t.deepEqual(complaints, []);
    } finally {
      await context.close();
    }
  });
}

/** A picture of the page as it stands, and of its desk size, for whoever looks. */
export async function shoot(page: Page, name: string): Promise<void> {
  if (SHOTS === undefined) return;
  mkdirSync(SHOTS, { recursive: true });
  const before = page.viewportSize();
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.screenshot({ path: join(SHOTS, `${name}-desk.png`), fullPage: true });
  if (before) await page.setViewportSize(before);
}

/** Who asks in every test. */
export const ASKER = { requester: '天津测试人才有限公司', purpose: '岗位聘任核验' };

export async function fill(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [id, text] of Object.entries(fields)) await page.fill(`#${id}`, text);
}

/** The question is asked with the true facts, but for the changes; the page waits for the code. */
export async function askFor(
  { page, url, facts }: Visit,
  changes: Readonly<Record<string, string>> = {},
): Promise<void> {
  await page.goto(`${url}/query`);
  await fill(page, { ...facts[0], ...ASKER, ...changes });
  await page.click('[data-step=facts] button[type=submit]');
  await page.waitForSelector('[data-step=code]');
}

export async function answerWith(page: Page, code: string): Promise<void> {
  await page.fill('#code', code);
  await page.click('[data-step=code] button[type=submit]');
}

export async function stateShown(page: Page): Promise<string | null> {
  await page.waitForSelector('[data-state]');
  return page.getAttribute('[data-state]', 'data-state');
}

export async function typed(page: Page): Promise<Record<string, string>> {
  const ids = ['number', 'idNumber', 'phone', 'requester', 'purpose'];
  const texts = await Promise.all(ids.map(async id => page.inputValue(`#${id}`)));
  return Object.fromEntries(ids.map((id, at) => [id, texts[at] ?? '']));
}

export async function widthOf(page: Page): Promise<unknown> {
  return page.evaluate('document.documentElement.scrollWidth');
}
