/** The page's own bundle in Chromium: from a code's text to the verdict shown, and from a slow phone's first load to its verdict. */
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { chromium, type Browser, type Page } from 'playwright-core';
import { compressed, securityHeaders } from '../../src/http/kit.ts';
import { staticRoutes } from '../../src/http/static.ts';
import { projectFile } from '../../src/shared/project.ts';
import { makeIssuer, TEST_INDEX, type TestIssuer } from '../support/issuer.ts';

const CHROMIUM = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  path => path !== undefined && existsSync(path),
);
const CPU_SLOWDOWN = 4;
const COLD_LOADS = 5;

/** The browser to measure that page of public/app in; undefined when either is missing. */
export function chromiumPath(page: string): string | undefined {
  return existsSync(projectFile(`public/app/${page}`)) ? CHROMIUM : undefined;
}

/** Rows of figures over that many verdicts, or a loud word that nothing was measured. */
export async function browserBench(count: number): Promise<readonly string[]> {
  const executablePath = chromiumPath('v.html');
  if (executablePath === undefined)
    return ['*** the browser was NOT measured: it needs Chromium (or CHROMIUM_PATH) and `npm run build` ***'];
  const { server, origin, issuer } = await served();
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const codes = [
      { text: issuer.sign({ index: 5 }).qrText, verdict: 'valid' },
      { text: issuer.sign().qrText, verdict: 'revoked' },
    ];
    const warm = await verdicts(browser, `${origin}/v`, { codes, count });
    const cold: number[] = [];
    for (let round = 0; round < COLD_LOADS; round += 1)
      cold.push(await coldVerdict(browser, codes[0]?.text ?? ''));
    return [
      `QR text to the verdict shown: median ${middle(warm).toFixed(1)} ms (≤ 50) over ${count} in Chromium`,
      `first visit, CPU ${CPU_SLOWDOWN} × slower: verdict ${middle(cold).toFixed(0)} ms after load (≤ 1000), median of ${COLD_LOADS}`,
    ];
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

async function served(): Promise<{ server: Server; origin: string; issuer: TestIssuer }> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const issuer = makeIssuer({ origin, at: Math.floor(Date.now() / 1000) });
  const trust = JSON.stringify(issuer.trustWith({ revoked: [TEST_INDEX] }));
  const app = new Koa();
  app.use(securityHeaders());
  app.use(compressed());
  app.use(async (ctx, next) => {
    if (ctx.path !== '/trust') return next();
    ctx.type = 'application/json';
    ctx.body = trust;
  });
  app.use(staticRoutes().routes());
  const handler = app.callback();
  server.on('request', (request, response) => void handler(request, response));
  return { server, origin, issuer };
}

interface Code {
  readonly text: string;
  readonly verdict: string;
}

/** Milliseconds from a code in the address to its verdict on the page, on a page that is open already. */
async function verdicts(
  browser: Browser,
  url: string,
  { codes, count }: { codes: readonly Code[]; count: number },
): Promise<readonly number[]> {
  const page = await browser.newPage();
  await page.goto(url);
  const took: number[] = [];
  for (let place = 0; place < count; place += 1) {
    const code = codes[place % codes.length];
    if (code) took.push(await changed(page, code));
  }
  await page.close();
  return took.slice(codes.length); // the first of each loads and compiles what the page needs
}

/** Measured inside the page; as text, because this project's types know no browser here. */
async function changed(page: Page, { text, verdict }: Code): Promise<number> {
  const wanted = `[data-verdict=${verdict}]:not([data-early])`;
  return page.evaluate<number>(`new Promise(resolve => {
    const since = performance.now();
    const watch = new MutationObserver(() => {
      if (!document.querySelector(${JSON.stringify(wanted)})) return;
      watch.disconnect();
      resolve(performance.now() - since);
    });
    watch.observe(document.body, { subtree: true, childList: true, attributes: true });
    location.hash = ${JSON.stringify(text.slice(text.indexOf('#')))};
  })`);
}

/** Milliseconds from the load event to a settled verdict, in a browser that has never been there. */
async function coldVerdict(browser: Browser, text: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
  await page.goto(text, { waitUntil: 'commit' });
  await page.waitForSelector('[data-verdict]:not([data-verdict=checking]):not([data-early])');
  const ms = await page.evaluate<number>(
    `performance.now() - performance.getEntriesByType('navigation')[0].loadEventEnd`,
  );
  await context.close();
  return Math.max(0, ms);
}

function middle(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}
