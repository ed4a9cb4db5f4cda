/**
 * The page `/v` in a real browser, under the content security policy of the service, against an issuer made for the test.
 * What the browser says is compared with what `verify` says in Node. Needs Chromium; without it nothing here is tested.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { projectFile } from '../../src/shared/project.ts';
import type { TrustDocument } from '../../src/verification/trust.ts';
import { readTrust } from '../../src/verification/trust.ts';
import type { VerificationReport } from '../../src/verification/report.ts';
import { verify } from '../../src/verification/verify.ts';
import { TEST_INDEX, makeIssuer, type TestIssuer } from '../support/issuer.ts';

const PAGES = projectFile('public/app');
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
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
const KINDS: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** Folder for pictures of every case, for people who want to look; none by default. */
const SHOTS = process.env['SHOTS_DIR'];
const NOW = Math.floor(Date.now() / 1000);

interface Service {
  readonly server: Server;
  readonly issuer: TestIssuer;
  /** What `/trust` answers; undefined answers 503. */
  trust: TrustDocument | undefined;
}

let browser: Browser | undefined;

test.before(async () => {
  if (CHROMIUM !== undefined)
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
});

test.after.always(async () => {
  await browser?.close();
});

/** A case in a fresh browser profile with a fresh issuer, or a loud word that it was not tested. */
function inBrowser(title: string, run: (t: ExecutionContext, at: Visit) => Promise<void>): void {
  test.serial(title, async t => {
    if (browser === undefined || !existsSync(join(PAGES, 'v.html'))) return skipLoudly(t, title);
    const service = await startService(title.includes('test certificate'));
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' });
    try {
      await run(t, await newVisit(context, service));
    } finally {
      await context.close();
      service.server.closeAllConnections();
      service.server.close();
    }
  });
}

function skipLoudly(t: ExecutionContext, title: string): void {
  const why =
    browser === undefined
      ? 'no Chromium: install it or set CHROMIUM_PATH'
      : 'no built page: run `npm run build`';
  t.log(`NOT TESTED: ${title} (${why})`);
  console.warn(`NOT TESTED: ${title} (${why})`);
  t.pass();
}

interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly service: Service;
  /** Console errors, uncaught exceptions and breaches of the policy. */
  readonly complaints: string[];
}

async function newVisit(context: BrowserContext, service: Service): Promise<Visit> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', message => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', error => complaints.push(String(error)));
  return { context, page, service, complaints };
}

async function startService(isTest: boolean): Promise<Service> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  const issuer = makeIssuer({ origin: `http://localhost:${port}`, at: NOW, test: isTest });
  const service: Service = { server, issuer, trust: issuer.trust };
  server.on('request', (request, response) => answer(request.url ?? '/', response, service));
  return service;
}

function answer(url: string, response: ServerResponse, service: Service): void {
  response.setHeader('Content-Security-Policy', CSP);
  if (url === '/trust') {
    response.writeHead(service.trust ? 200 : 503, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(service.trust ?? {}));
    return;
  }
  const file = url === '/' ? 'index.html' : url === '/v' ? 'v.html' : url.replace(/^\/app\//, '');
  const path = join(PAGES, file);
  if (!path.startsWith(PAGES) || !existsSync(path)) {
    response.writeHead(404).end();
    return;
  }
  if (file === 'verify-worker.js') response.setHeader('Service-Worker-Allowed', '/v');
  response.writeHead(200, { 'Content-Type': KINDS[extname(file)] ?? 'application/octet-stream' });
  response.end(readFileSync(path));
}

/** Opens the text as a camera would and gives the verdict that is shown. */
async function scan({ page }: Visit, text: string): Promise<string> {
  await page.goto('about:blank');
  await page.goto(text);
  return shownVerdict(page);
}

/** Types the text into the box, for texts no camera would bring here. */
async function paste({ page, service }: Visit, text: string): Promise<string> {
  await page.goto(`${service.issuer.issuer.origin}/v`);
  await page.fill('textarea', text);
  await page.click('button[type=submit]');
  return shownVerdict(page);
}

async function shownVerdict(page: Page): Promise<string> {
  await page.waitForSelector('[data-verdict]:not([data-verdict=checking])');
  return (await page.getAttribute('[data-verdict]', 'data-verdict')) ?? '';
}

async function shownReport(page: Page): Promise<VerificationReport> {
  const text = (await page.textContent('pre.report')) ?? '';
  return JSON.parse(text) as VerificationReport; // compared with Node's own report below
}

async function shoot(page: Page, name: string): Promise<void> {
  if (SHOTS === undefined) return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

inBrowser(
  'a genuine certificate is shown as valid, with its fields in the order of the paper',
  async (t, visit) => {
    const { qrText } = visit.service.issuer.sign();

    const verdict = await scan(visit, qrText);

    const labels = await visit.page.locator('dl.fields dt').allTextContents();
    const order =
      '姓名 性别 身份证号 呈报单位 资格名称 系列 专业 层级 评审机构 取得资格时间 证书编号 版本 发证日期';
    t.is(verdict, 'valid');
    t.is(await visit.page.textContent('[role=status] h1'), '证书有效');
    t.deepEqual(labels, order.split(' '));
    t.deepEqual(visit.complaints, []);
    await shoot(visit.page, 'valid-phone');
    await visit.page.setViewportSize({ width: 1280, height: 900 });
    await visit.page.click('summary');
    await shoot(visit.page, 'valid-desk');
  },
);

inBrowser('the code is gone from the address bar once it was read', async (t, visit) => {
  const { qrText } = visit.service.issuer.sign();

  await scan(visit, qrText);

  t.is(visit.page.url(), `${visit.service.issuer.issuer.origin}/v`);
});

inBrowser('the browser reports exactly what Node reports of the same text', async (t, visit) => {
  const { qrText } = visit.service.issuer.sign();

  await scan(visit, qrText);

  const report = await shownReport(visit.page);
  const trust = await readTrust(visit.service.trust);
  t.deepEqual(report, await verify(qrText, trust, report.checkedAt));
});

const ENDS = [
  ['revoked', { revoked: [TEST_INDEX] }, '已撤销'],
  ['suspended', { suspended: [TEST_INDEX] }, '核查中，暂停使用'],
  ['superseded', { superseded: [TEST_INDEX] }, '已换发新版本'],
] as const;
for (const [state, bits, words] of ENDS) {
  inBrowser(`a ${state} certificate is shown as ${state}`, async (t, visit) => {
    visit.service.trust = visit.service.issuer.trustWith(bits);

    const verdict = await scan(visit, visit.service.issuer.sign().qrText);

    t.is(verdict, state);
    t.is(await visit.page.textContent('[role=status] h1'), words);
    await shoot(visit.page, state);
  });
}

inBrowser('a code with one digit altered is never green', async (t, visit) => {
  const { qrText } = visit.service.issuer.sign();
  const place = qrText.length - 40;
  const altered = qrText.slice(0, place) + ((Number(qrText[place]) + 1) % 10) + qrText.slice(place + 1);

  const verdict = await scan(visit, altered);

  t.true(['invalid', 'unreadable', 'not-ours'].includes(verdict), verdict);
  t.is(await visit.page.locator('.verdict.good').count(), 0);
  t.is(await visit.page.locator('dl.fields').count(), 0);
  await shoot(visit.page, 'altered');
});

const FOREIGN = [
  ['a link to another site', 'https://evil.example/v#0112345678901234567890'],
  ['a script link', 'javascript:alert(document.domain)'],
  ['markup', '<img src=x onerror=alert(1)><a href="https://evil.example">x</a>'],
] as const;
for (const [name, text] of FOREIGN) {
  inBrowser(`${name} is not ours, and nothing of it becomes a link or markup`, async (t, visit) => {
    const verdict = await paste(visit, text);

    t.is(verdict, 'not-ours');
    t.is(await visit.page.locator('main a, main img').count(), 0);
    t.false((await visit.page.innerText('body')).includes('evil'));
    t.deepEqual(visit.complaints, []);
    await shoot(visit.page, `foreign-${name.replaceAll(' ', '-')}`);
  });
}

inBrowser('without the network a revisit still verifies, as of the last status known', async (t, visit) => {
  const { qrText } = visit.service.issuer.sign();
  visit.service.trust = visit.service.issuer.trustWith({ takenAt: NOW - 7200 });
  await scan(visit, qrText);
  await visit.page.evaluate('navigator.serviceWorker.ready.then(() => true)');
  await visit.context.setOffline(true);

  const verdict = await scan(visit, qrText);

  t.is(verdict, 'valid-as-of');
  t.regex(
    (await visit.page.textContent('[role=status] h1')) ?? '',
    /^签名真实，状态为 .* 的记录（当前未能联网核实）$/,
  );
  t.regex((await visit.page.textContent('.status-age')) ?? '', /2 小时前/);
  await shoot(visit.page, 'offline');
});

inBrowser('with no trust at hand nothing is said, and it is not green', async (t, visit) => {
  visit.service.trust = undefined;

  const verdict = await scan(visit, visit.service.issuer.sign().qrText);

  t.is(verdict, 'unavailable');
  t.is(await visit.page.locator('.verdict.good, dl.fields').count(), 0);
  await shoot(visit.page, 'unavailable');
});

inBrowser('trust under another root is refused after the first visit', async (t, visit) => {
  const { issuer } = visit.service.issuer;
  await scan(visit, visit.service.issuer.sign().qrText);
  const impostor = makeIssuer({ origin: issuer.origin, at: NOW });
  visit.service.trust = impostor.trust;

  const verdict = await scan(visit, impostor.sign().qrText);

  t.not(verdict, 'valid');
  t.is(await visit.page.locator('[role=alert]').count(), 1);
});

inBrowser('a rolled-back status list cannot undo a revocation', async (t, visit) => {
  const { qrText } = visit.service.issuer.sign();
  visit.service.trust = visit.service.issuer.trustWith({ revoked: [TEST_INDEX], listVersion: 2 });
  await scan(visit, qrText);
  visit.service.trust = visit.service.issuer.trustWith({ listVersion: 1 });

  const verdict = await scan(visit, qrText);

  t.is(verdict, 'revoked');
  t.is(await visit.page.locator('[role=alert]').count(), 1);
});

// 公告 R26, R27: the reader compares the handwriting with the true character
inBrowser(
  'a test certificate says so, and a rare character is shown with its code point',
  async (t, visit) => {
    const claims = { name: '王𬭎', printedName: '王HONG' };

    const verdict = await scan(visit, visit.service.issuer.sign({ claims }).qrText);

    t.is(verdict, 'valid');
    t.is(await visit.page.textContent('.test-banner'), '测试证书，无法律效力');
    t.is(await visit.page.textContent('.glyph'), '𬭎');
    t.is(await visit.page.textContent('.glyphs .code-point'), 'U+2CB4E');
    await shoot(visit.page, 'rare-test');
  },
);

inBrowser('the page fits a screen 320 pixels wide, and works without a code', async (t, visit) => {
  const { page, service } = visit;
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto(`${service.issuer.issuer.origin}/v`);
  await page.waitForSelector('textarea');
  await shoot(page, 'paste-320');

  const verdict = await paste(visit, service.issuer.sign().jwt);

  const width = await page.evaluate('document.documentElement.scrollWidth');
  t.is(verdict, 'valid');
  t.is(width, 320);
  await shoot(page, 'valid-320');
  await page.click('.language');
  await page.waitForSelector('html[lang=en]');
  t.is(await page.textContent('[role=status] h1'), 'Valid');
  await page.goto(`${service.issuer.issuer.origin}/`);
  t.is(await page.getAttribute('a.button', 'href'), '/v');
  await shoot(page, 'front-320');
});
