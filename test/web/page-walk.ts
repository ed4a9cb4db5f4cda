/**
 * A walk over pages with everything that every page owes: nothing that axe finds, no scrolling sideways, one main heading, a title in the
 * tab, words instead of codes, what people wrote as they wrote it, no complaint of the console and no answer that refuses.
 */
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { BrowserContext, Page } from 'playwright-core';
import { commonWords } from '../../src/web/shared/common-words.ts';
import type { Scene } from './my-scene.ts';
import { isTooWide, violationsOn } from './my-steps.ts';

const DESK_PX = 1280;
/** The narrowest phone, and what a desk of 1280 px has left at 200 % zoom. */
const NARROW_PX = [320, 640] as const;
const PHONE_PX = 390;
/** Folder for pictures of every page, for people who want to look; none by default. */
const SHOTS = process.env['SHOTS_DIR'];
/** What no reader should meet: states and codes of the API, instants as machines write them, and the traces of a fault. */
const RAW = /\b(undefined|null|NaN|Invalid Date|[A-Z]{2,}_[A-Z_]{2,})\b|\[object |\d{4}-\d\d-\d\dT\d\d/;

export interface Walker {
  readonly page: Page;
  /** Opens that page, looks at it from every side, and tells which pages of the same kind of address it leads to. */
  readonly look: (path: string, name: string) => Promise<readonly string[]>;
  /** Fails the case when any page of the walk had a fault, naming each, or when none showed what people wrote. */
  readonly close: () => Promise<void>;
}

interface Visitor {
  readonly who: string;
  /** `name=value` of a session. */
  readonly cookie?: string;
  /** What at least one of the pages must show as it was written. */
  readonly meets?: string;
}

/** Somebody at a browser profile of their own, signed in if there is a session. */
export async function aWalker(
  t: ExecutionContext,
  scene: Scene,
  { who, cookie, meets = '' }: Visitor,
): Promise<Walker> {
  const context = await profile(scene, cookie);
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.clock.setFixedTime(scene.now() * 1000);
  const complaints: string[] = [];
  const all: { at: string; faults: readonly string[] }[] = [];
  let hasMet = false;
  const inHand = new Set<unknown>();
  page.on('request', request => inHand.add(request));
  page.on('requestfinished', request => inHand.delete(request));
  page.on('requestfailed', request => inHand.delete(request));
  page.on('response', response => {
    // whether somebody is signed in is asked, and answered so, on pages that strangers may open
    const isStranger = response.status() === 401 && response.url().endsWith('/api/session');
    if (response.status() >= 400 && !isStranger) complaints.push(`${response.status()} ${response.url()}`);
  });
  page.on('console', message => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      complaints.push(message.text());
  });
  page.on('pageerror', error => complaints.push(String(error)));

  const look = async (path: string, name: string): Promise<readonly string[]> => {
    const at = `${who} ${path.replace(/[0-9a-f]{32}/, '…')}`;
    await page.setViewportSize({ width: DESK_PX, height: 800 });
    await page.goto(scene.url + path);
    await settled(page, inHand);
    await page.evaluate(`document.querySelectorAll('details').forEach(each => (each.open = true))`);
    await settled(page, inHand);
    const found = await read(page);
    hasMet ||= found.text.includes(meets);
    const faults = [...(await violationsOn(page)), ...faultsOf(found), ...complaints.splice(0)];
    if (await isTooWide(page)) faults.push(`wider than ${DESK_PX} px`);
    await shot(page, `${who}-${name}-${DESK_PX}`);
    for (const width of NARROW_PX) {
      await page.setViewportSize({ width, height: 800 });
      if (await isTooWide(page)) faults.push(`wider than ${width} px`);
    }
    await page.setViewportSize({ width: PHONE_PX, height: 844 });
    await shot(page, `${who}-${name}-${PHONE_PX}`);
    if (faults.length > 0) all.push({ at, faults });
    return found.links;
  };
  const close = async (): Promise<void> => {
    await context.close();
    t.deepEqual(all, []);
    t.true(hasMet, `${who} met nothing of what people wrote`);
  };
  return { page, look, close };
}

function faultsOf({ headings, title, text, injected }: Found): readonly string[] {
  const raw = RAW.exec(text)?.[0];
  return [
    ...(headings === 1 ? [] : [`${headings} main headings`]),
    ...(title.trim() === '' ? ['no title in the tab'] : []),
    ...(raw === undefined ? [] : [`shows ${raw}`]),
    ...(injected === 0 ? [] : ['took text for HTML']),
  ];
}

async function profile({ context, url }: Scene, cookie: string | undefined): Promise<BrowserContext> {
  const browser = context.browser();
  if (!browser) throw new RangeError('the scene has a browser');
  const own = await browser.newContext({ locale: 'zh-CN', viewport: { width: DESK_PX, height: 800 } });
  const [name = '', value = ''] = cookie?.split('=') ?? [];
  if (cookie !== undefined) await own.addCookies([{ name, value, url }]);
  return own;
}

/** Its heading stands, nothing is on its way, and nothing says that it is. */
async function settled(page: Page, inHand: ReadonlySet<unknown>): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  do {
    await page.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))');
    await page.getByText(commonWords.loading).first().waitFor({ state: 'hidden' });
  } while (inHand.size > 0);
}

interface Found {
  readonly headings: number;
  readonly title: string;
  readonly text: string;
  /** Elements that somebody's text became. */
  readonly injected: number;
  readonly links: readonly string[];
}

/** What is set as a machine's text is for whoever wants just that: the journal's chain, a technical report. */
async function read(page: Page): Promise<Found> {
  return page.evaluate<Found>(`(() => {
    const ofMachines = [...document.querySelectorAll('code, pre, .mono')];
    ofMachines.forEach(each => (each.hidden = true));
    const text = document.body.innerText;
    ofMachines.forEach(each => (each.hidden = false));
    return {
      headings: document.querySelectorAll('h1').length,
      title: document.title,
      text,
      injected: document.querySelectorAll('[onerror]').length + Number(document.title === '1'),
      links: [...document.querySelectorAll('main a[href]')]
        .filter(link => link.origin === location.origin)
        .map(link => link.pathname),
    };
  })()`);
}

async function shot(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, `walk-${name}.png`), fullPage: true });
}
