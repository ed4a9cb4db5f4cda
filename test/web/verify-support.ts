/**
 * The page `/v` in a real browser, as the service gives it out: its own files, headers and content security policy, against an issuer
 * made for the test. Needs Chromium and a built page; without them a test says loudly that it was not run.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import Koa, { type Context } from 'koa';
import pino from 'pino';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { glyphRoutes } from '../../src/certificate/glyph-routes.ts';
import { compressed, securityHeaders } from '../../src/http/kit.ts';
import { problems } from '../../src/http/problem.ts';
import { staticRoutes } from '../../src/http/static.ts';
import { projectFile } from '../../src/shared/project.ts';
import type { VerificationReport } from '../../src/verification/report.ts';
import type { TrustDocument } from '../../src/verification/trust.ts';
import { makeIssuer, type TestIssuer } from '../support/issuer.ts';

export const NOW = Math.floor(Date.now() / 1000);
export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1280, height: 800 };
const PAGES = projectFile('public/app');
/** Pictures of every case, for people who want to look; not in git. */
const SHOTS = projectFile('test/screenshots');
const CHROMIUM = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(path => path !== undefined && existsSync(path));
const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Service {
  readonly issuer: TestIssuer;
  readonly origin: string;
  /** What `/trust` answers; undefined answers 503. */
  trust: TrustDocument | undefined;
  /** Seconds by which the service's clock differs from this machine's. */
  clock: number;
  /** Waits before `/trust` answers. */
  delay: () => Promise<void>;
  /** Takes every question and answers none. */
  isHanging: boolean;
  /** Paths asked for since the start, in order. */
  readonly asked: string[];
  readonly server: Server;
}

export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly service: Service;
  /** Console errors, uncaught exceptions and breaches of the policy; a refused connection is none. */
  readonly complaints: string[];
}

export interface Wanted {
  readonly isTest?: boolean;
  readonly context?: BrowserContextOptions;
  /** Further arguments of the browser: these cases get one of their own. */
  readonly args?: () => Promise<readonly string[]>;
}

let shared: Browser | undefined;

test.after.always(async () => {
  await shared?.close();
});

/** A case in a fresh browser profile with a fresh issuer, or a loud word that it was not tested. */
export function inBrowser(
  title: string,
  run: (t: ExecutionContext, visit: Visit) => Promise<void>,
  wanted: Wanted = {},
): void {
  test.serial(title, async t => {
    if (CHROMIUM === undefined || !existsSync(join(PAGES, 'v.html'))) return skipLoudly(t, title);
    const args = await wanted.args?.();
    const browser = args ? await launch(args) : (shared ??= await launch([]));
    const service = await startService(wanted.isTest === true);
    const context = await browser.newContext({ viewport: PHONE, locale: 'zh-CN', ...wanted.context });
    try {
      await run(t, await newVisit(context, service));
    } finally {
      await context.close();
      if (args) await browser.close();
      service.server.closeAllConnections();
      service.server.close();
    }
  });
}

function launch(args: readonly string[]): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM ?? '', args: [...CHROMIUM_ARGS, ...args] });
}

function skipLoudly(t: ExecutionContext, title: string): void {
  const why =
    CHROMIUM === undefined
      ? 'no Chromium: install it or set CHROMIUM_PATH'
      : 'no built page: run `npm run build`';
  t.log(`NOT TESTED: ${title} (${why})`);
  console.warn(`NOT TESTED: ${title} (${why})`);
  t.pass();
}

async function newVisit(context: BrowserContext, service: Service): Promise<Visit> {
  const complaints: string[] = [];
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('console', message => {
    const text = message.text();
    // a network that is off, a trust that is refused and a glyph that no font has are not the page's faults
    if (message.type() === 'error' && !/Failed to load resource|ERR_/.test(text)) complaints.push(text);
  });
  page.on('pageerror', error => complaints.push(String(error)));
  return { context, page, service, complaints };
}

async function startService(isTest: boolean): Promise<Service> {
  const app = new Koa();
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  const origin = `http://localhost:${port}`;
  const issuer = makeIssuer({ origin, at: NOW, test: isTest });
  const service: Service = {
    issuer,
    origin,
    trust: issuer.trust,
    clock: 0,
    delay: () => Promise.resolve(),
    isHanging: false,
    asked: [],
    server,
  };
  app.on('error', () => undefined); // a page that is closed while a file is on its way
  app.use(problems(pino({ level: 'silent' })));
  app.use(securityHeaders());
  app.use(compressed());
  app.use(async (ctx, next) => {
    service.asked.push(ctx.path);
    if (service.isHanging) await new Promise<never>(() => undefined);
    ctx.set('Date', new Date(Date.now() + service.clock * 1000).toUTCString());
    if (ctx.path === '/trust') return answerTrust(ctx, service);
    await next();
    // what the page shows without network must come from what it kept itself, not from the browser's cache
    ctx.set('Cache-Control', 'no-store');
  });
  app.use(glyphRoutes({ config: { fontDirs: [] } } as unknown as Parameters<typeof glyphRoutes>[0]).routes());
  app.use(staticRoutes().routes());
  const listener = app.callback();
  server.on('request', (request, response) => void listener(request, response));
  return service;
}

async function answerTrust(ctx: Context, service: Service): Promise<void> {
  await service.delay();
  ctx.set('Cache-Control', 'no-cache');
  ctx.status = service.trust ? 200 : 503;
  ctx.type = 'application/json';
  ctx.body = JSON.stringify(service.trust ?? {});
}

/** No network for the page, nor for its workers: nobody listens any more. */
export async function cutOff({ context, service }: Visit): Promise<void> {
  await context.setOffline(true);
  service.server.closeAllConnections();
  await new Promise(resolve => service.server.close(resolve));
}

/** Waits until the page could come again without network. */
export async function untilKept({ page }: Visit): Promise<void> {
  await page.evaluate(`navigator.serviceWorker.ready.then(() => true)`);
  await until(
    page,
    `caches.open('verify-page').then(async cache => (await cache.keys()).some(each => each.url.endsWith('/v')))`,
  );
  await until(
    page,
    `navigator.serviceWorker.getRegistrations().then(all => all.length === 2 && all.every(each => each.active?.state === 'activated'))`,
  );
}

const POLL_MILLISECONDS = 50;
const LONGEST_POLLS = 400;
/** Until this holds in the page; asked from here, for the page's own policy lets nobody evaluate texts inside it. */
export async function until(page: Page, expression: string): Promise<void> {
  for (let polls = 0; polls < LONGEST_POLLS; polls++) {
    if (await page.evaluate(expression)) return;
    await page.waitForTimeout(POLL_MILLISECONDS);
  }
  throw new Error(`never came true: ${expression}`);
}

/** Opens the text as a camera would and gives the verdict that is shown. */
export async function scan({ page }: Visit, text: string): Promise<string> {
  await page.goto('about:blank');
  await page.goto(text);
  return shownVerdict(page);
}

export async function openHome({ page, service }: Visit): Promise<void> {
  await page.goto(`${service.origin}/v`);
  await page.waitForSelector('.home');
}

/** Types the text into the box, for texts no camera would bring here. */
export async function paste(visit: Visit, text: string): Promise<string> {
  await openHome(visit);
  await visit.page.fill('textarea', text);
  await visit.page.click('button[type=submit]');
  return shownVerdict(visit.page);
}

/** Gives a file as a person would choose it. */
export async function give(
  { page }: Visit,
  file: { readonly name: string; readonly type: string; readonly bytes: Uint8Array },
): Promise<void> {
  const { name, type, bytes } = file;
  await page.setInputFiles('input[type=file]', { name, mimeType: type, buffer: Buffer.from(bytes) });
}

/** The verdict, once nothing is awaited any more. */
export async function shownVerdict(page: Page): Promise<string> {
  const settled = '[data-verdict]:not([data-verdict=checking]):not([data-early])';
  await page.waitForSelector(settled);
  return (await page.getAttribute(settled, 'data-verdict')) ?? '';
}

export async function shownReport(page: Page): Promise<VerificationReport> {
  const text = (await page.textContent('pre.report')) ?? '';
  return JSON.parse(text) as VerificationReport; // compared with Node's own report by the caller
}

export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `verify-${name}.png`), fullPage: true });
}
