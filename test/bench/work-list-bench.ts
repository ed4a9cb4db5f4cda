/** A work list of 10,000 in Chromium: how long until it is whole, and the longest stall while it is scrolled and filtered. */
import { chromium, type Page } from 'playwright-core';
import { totpCodeAt } from '../../src/accounts/sign-in/totp.ts';
import { startService } from '../../src/service.ts';
import type { World } from '../../src/world.ts';
import { aStaff } from '../support/people.ts';
import { chromiumPath } from './browser-bench.ts';
import { onSqlite } from './engines.ts';
import { EMPLOYER, fill, organisations } from './month-bench.ts';

const SCROLLS = 80;

/** Rows of figures over a list that long, or a loud word that nothing was measured. */
export async function workListBench(count: number): Promise<readonly string[]> {
  const path = chromiumPath('desk.html');
  if (path === undefined)
    return [
      '*** the work list was NOT measured: it needs Chromium (or CHROMIUM_PATH) and `npm run build` ***',
    ];
  return onSqlite(async (engine, world) => {
    await organisations(world);
    await fill(world, { count, state: 'EMPLOYER_REVIEW' });
    const service = await startService(world);
    const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu'] });
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      page.setDefaultTimeout(120_000);
      const since = performance.now();
      await openList(page, world, service.url);
      await watchStalls(page);
      await page.getByText(`共 ${count.toLocaleString('zh-CN')} 件`).waitFor();
      const seconds = (performance.now() - since) / 1000;
      const reading = await worstStall(page);
      for (let scroll = 0; scroll < SCROLLS; scroll += 1) await page.mouse.wheel(0, 6000);
      await page.getByRole('grid').focus();
      for (const key of ['End', 'Home', 'PageDown', 'PageDown', 'End']) await page.keyboard.press(key);
      const scrolling = await worstStall(page);
      await page.getByLabel('姓名').pressSequentially('李明远', { delay: 50 });
      await page.getByText('没有符合筛选的申请').waitFor();
      await page.getByLabel('姓名').fill('李');
      await page.getByRole('grid').waitFor();
      const filtering = await worstStall(page);
      return [
        `${engine}, ${count} rows: whole after ${seconds.toFixed(1)} s; longest stall reading ${reading} ms, scrolling ${scrolling} ms, filtering ${filtering} ms (≤ 100)`,
      ];
    } finally {
      await browser.close();
      await service.stop();
    }
  });
}

/** Signed in at the employer's desk, before its list. */
async function openList(page: Page, world: World, url: string): Promise<void> {
  const person = await aStaff(world, {
    organisationCode: EMPLOYER.code,
    capacity: 'employer',
    duty: 'clerk',
  });
  await page.clock.setFixedTime(world.clock() * 1000);
  await page.goto(`${url}/desk`);
  await page.getByLabel('账号').fill(person.login);
  await page.getByLabel('密码', { exact: true }).fill(person.password);
  await page.getByLabel('动态口令').fill(totpCodeAt(person.totpSecret, world.clock()));
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await page.getByRole('grid').waitFor();
}

/** Tasks of the page's own thread that hold it longer than 50 ms, as the browser tells them (Long Tasks API). */
async function watchStalls(page: Page): Promise<void> {
  await page.evaluate(`
    globalThis.worstStall = 0;
    new PerformanceObserver(list => {
      for (const { duration } of list.getEntries()) worstStall = Math.max(worstStall, duration);
    }).observe({ type: 'longtask' });
  `);
}

/** The longest since it was asked last, in milliseconds; 0 when none was longer than 50. */
async function worstStall(page: Page): Promise<number> {
  return page.evaluate<number>(`new Promise(resolve => requestAnimationFrame(() => setTimeout(() => {
    const worst = Math.round(worstStall);
    worstStall = 0;
    resolve(worst);
  })))`);
}
