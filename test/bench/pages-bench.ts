/**
 * Each page's first visit on a slow phone: Chromium with nothing cached, its CPU 4 times slower, "fast 3G" (1.6 Mbit/s down, 750 kbit/s up,
 * 150 ms there and back). Usable is when the main heading is visible and the control that the page is opened for can be used. One row
 * of PAGES is one page.
 */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';
import { pino } from 'pino';
import { certificatesFor } from '../../src/certificate/store.ts';
import { startService } from '../../src/service.ts';
import { commonWords } from '../../src/web/shared/common-words.ts';
import { projectFile } from '../../src/shared/project.ts';
import { startOf } from '../../src/shared/time.ts';
import { closeWorld } from '../../src/world.ts';
import { idNumberOf, JULY_30, someCells } from '../support/bureau.ts';
import { aStaff, organisationCodeOf, signInHolder, signInStaff } from '../support/people.ts';
import { benchBureau, released } from './bench-bureau.ts';

const CHROMIUM = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  path => path !== undefined && existsSync(path),
);
const CPU_SLOWDOWN = 4;
const FAST_3G = {
  offline: false,
  latency: 150,
  downloadThroughput: 1_600_000 / 8,
  uploadThroughput: 750_000 / 8,
};
const ROUNDS = 3;
const GOAL_SECONDS = 2;
const LIMIT_MS = 20_000;
/** Gzipped script of a first load. */
const HOLDER_KB = 90;
const DESK_KB = 350;

type Visitor = 'nobody' | 'holder' | 'handler';

interface PageRow {
  readonly name: string;
  /** Built file below public/app/: without it the row is skipped, loudly. */
  readonly file: string;
  readonly path: (known: Known) => string;
  readonly as: Visitor;
  /** What the page is opened for. */
  readonly control: string;
  readonly scriptKb: number;
}

interface Known {
  readonly application: string;
  readonly number: string;
}

const BY_NOBODY = { as: 'nobody', scriptKb: HOLDER_KB } as const;
const BY_HOLDER = { as: 'holder', scriptKb: HOLDER_KB, file: 'my.html' } as const;
const AT_DESK = {
  as: 'handler',
  scriptKb: DESK_KB,
  file: 'desk.html',
  control: 'main a, main button, main input, main .empty', // a register may be empty
} as const;
const PAGES: readonly PageRow[] = [
  { name: '/', file: 'index.html', path: () => '/', control: 'main a', ...BY_NOBODY },
  { name: '/v', file: 'v.html', path: () => '/v', control: 'main button', ...BY_NOBODY },
  { name: '/query', file: 'query.html', path: () => '/query', control: 'main input', ...BY_NOBODY },
  { name: '/help', file: 'help.html', path: () => '/help', control: 'main a', ...BY_NOBODY },
  { name: '/feedback', file: 'feedback.html', path: () => '/feedback', control: 'main input', ...BY_NOBODY },
  { name: '/my, signed out', file: 'my.html', path: () => '/my', control: 'main input', ...BY_NOBODY },
  { name: '/my, home', path: () => '/my', control: 'a.certificate-card', ...BY_HOLDER },
  {
    name: '/my, application',
    path: ({ application }) => `/my/applications/${application}`,
    control: 'main a.button',
    ...BY_HOLDER,
  },
  {
    name: '/my, certificate',
    path: ({ number }) => `/my/certificates/${number}`,
    control: 'main button',
    ...BY_HOLDER,
  },
  {
    name: '/desk, signed out',
    file: 'desk.html',
    path: () => '/desk',
    control: 'input',
    as: 'nobody',
    scriptKb: DESK_KB,
  },
  ...[
    '',
    '/month',
    '/month/2021-09/batch',
    '/rosters',
    '/change-sheets',
    '/changes',
    '/organisations',
    '/committees',
    '/entitlements',
    '/calendar',
    '/reports',
    '/trust',
  ].map((place): PageRow => ({ name: `/desk${place}, handler`, path: () => `/desk${place}`, ...AT_DESK })),
  {
    name: '/desk, an application',
    path: ({ application }) => `/desk/applications/${application}`,
    ...AT_DESK,
  },
  { name: '/desk, a certificate', path: ({ number }) => `/desk/certificates/${number}`, ...AT_DESK },
];

/** One row of figures for each page that is built, or a loud word that nothing was measured. */
export async function pagesBench(): Promise<readonly string[]> {
  if (CHROMIUM === undefined || !existsSync(projectFile('public/app/my.html')))
    return ['*** pages were NOT measured: they need Chromium (or CHROMIUM_PATH) and `npm run build` ***'];
  const folder = mkdtempSync(join(tmpdir(), 'zhicheng-pages-'));
  const { bureau, stop } = await aBureauToVisit(folder);
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const rows = [
    `first visit, CPU ${CPU_SLOWDOWN} × slower, 1.6 Mbit/s down, 750 kbit/s up, 150 ms; median of ${ROUNDS}`,
  ];
  try {
    for (const row of PAGES) {
      const isBuilt = existsSync(projectFile(`public/app/${row.file}`));
      rows.push(isBuilt ? await measured(browser, bureau, row) : `${row.name}: NOT measured, not built`);
    }
    return rows;
  } finally {
    await browser.close();
    await stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Visited {
  readonly url: string;
  readonly known: Known;
  readonly cookies: Readonly<Record<Exclude<Visitor, 'nobody'>, string>>;
}

/** A bureau with certificates that can be collected, on 20 September 2021, and whoever visits is signed in. */
async function aBureauToVisit(folder: string): Promise<{ bureau: Visited; stop: () => Promise<void> }> {
  const clock = { now: JULY_30 };
  const world = await benchBureau(folder, { clock: () => clock.now, log: pino({ level: 'silent' }) });
  const [application = ''] = await released(world, 3);
  const [certificate] = await certificatesFor(world.db, [application]);
  const code = organisationCodeOf(1);
  const office = { name: '天津市人力资源和社会保障局', code, capacities: ['bureau'] } as const;
  const staff = await aStaff(world, { organisation: office, capacity: 'bureau', duty: 'handler' });
  clock.now = startOf('2021-09-20') + 10 * 3600;
  const service = await startService(world);
  const person = { idNumber: idNumberOf(1), phone: someCells(1)['手机号码'] ?? '' };
  const holder = await signInHolder(service.url, world, person);
  const handler = await signInStaff(service.url, staff, clock.now);
  const known = { application, number: certificate?.number ?? '' };
  const cookies = { holder: holder.cookie, handler: handler.cookie };
  const stop = async (): Promise<void> => {
    await service.stop();
    await closeWorld(world);
  };
  return { bureau: { url: service.url, known, cookies }, stop };
}

interface Visit {
  readonly seconds: number;
  readonly bytes: number;
  readonly scriptBytes: number;
}

async function measured(browser: Browser, bureau: Visited, row: PageRow): Promise<string> {
  const visits: Visit[] = [];
  for (let round = 0; round < ROUNDS; round += 1) visits.push(await firstVisit(browser, bureau, row));
  if (visits.some(visit => Number.isNaN(visit.seconds)))
    return `${row.name}: *** NOT usable within ${LIMIT_MS / 1000} s (${row.control}) ***`;
  const seconds = middle(visits.map(visit => visit.seconds));
  const [{ bytes, scriptBytes } = { bytes: NaN, scriptBytes: NaN }] = visits;
  const mark = seconds > GOAL_SECONDS || scriptBytes > row.scriptKb * 1000 ? '  *** over ***' : '';
  const script = `script ${(scriptBytes / 1000).toFixed(1)} kB gz (≤ ${row.scriptKb})`;
  return `${row.name}: usable after ${seconds.toFixed(2)} s (≤ ${GOAL_SECONDS}), ${(bytes / 1000).toFixed(0)} kB received, ${script}${mark}`;
}

/** In a browser profile that has never been there. */
async function firstVisit(browser: Browser, bureau: Visited, row: PageRow): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' });
  if (row.as !== 'nobody') await signedIn(context, bureau.url, bureau.cookies[row.as]);
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    let bytes = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', FAST_3G);
    await session.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
    await page.addInitScript(noteWhenUsable(row.control));
    await page.goto(bureau.url + row.path(bureau.known), { waitUntil: 'commit', timeout: LIMIT_MS });
    const seconds = (await page.evaluate<number>('window.usableAt')) / 1000;
    const scripts = await page.evaluate<readonly string[]>(
      `performance.getEntriesByType('resource').map(each => new URL(each.name).pathname)`,
    );
    return { seconds, bytes, scriptBytes: scriptBytesOf(scripts) };
  } finally {
    await context.close();
  }
}

async function signedIn(context: BrowserContext, url: string, cookie: string): Promise<void> {
  const [name = '', value = ''] = cookie.split('=');
  await context.addCookies([{ name, value, url }]);
}

/** Milliseconds since the visit began, once it is usable; NaN if never. Runs in the page before anything of it; as text, because this project's types know no browser here. */
function noteWhenUsable(control: string): string {
  return `window.usableAt = new Promise(resolve => {
    const isShown = element => element !== null && element.getClientRects().length > 0;
    const look = () => {
      const controls = [...document.querySelectorAll(${JSON.stringify(control)})];
      const isLoading = [...document.querySelectorAll('[role=status]')].some(
        each => each.textContent.trim() === ${JSON.stringify(commonWords.loading)},
      );
      const isReady = !isLoading && controls.some(each => !each.disabled && isShown(each));
      if (isReady && isShown(document.querySelector('h1'))) return resolve(performance.now());
      requestAnimationFrame(look);
    };
    setTimeout(() => resolve(NaN), ${LIMIT_MS});
    requestAnimationFrame(look);
  })`;
}

/** Gzipped, as the build left them: each script once. */
function scriptBytesOf(paths: readonly string[]): number {
  const scripts = [...new Set(paths)].filter(path => /^\/app\/.*\.js$/.test(path));
  return scripts
    .map(path => projectFile(`public/app/${path.slice('/app/'.length)}.gz`))
    .filter(file => existsSync(file))
    .reduce((sum, file) => sum + statSync(file).size, 0);
}

function middle(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}
