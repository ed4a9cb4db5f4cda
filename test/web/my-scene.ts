/**
 * A small bureau in the browser's reach for the pages of signed-in people: service, registers, desks that are driven over the API or by
 * their pages (desk-steps.ts), and a clock that service and browser share.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { chromium, type Browser, type BrowserContext, type Page, type Request } from 'playwright-core';
import type { Duty } from '../../src/accounts/role.ts';
import { addLink } from '../../src/accounts/ties/store.ts';
import { addEntitlement } from '../../src/applications/register/change-register.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { newestMessageTo } from '../../src/messages/enqueue.ts';
import { startService } from '../../src/service.ts';
import { projectFile } from '../../src/shared/project.ts';
import { startOf, type Instant } from '../../src/shared/time.ts';
import { newAct, type World } from '../../src/world.ts';
import { codeOf as unitCode, nameOf as unitName, somePass } from '../applications/a-city.ts';
import { anActor } from '../support/actor.ts';
import { aBureau, idNumberOf } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aStaff, client, signInStaff, type Client, type StaffPerson } from '../support/people.ts';

const CHROMIUM = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(path => path !== undefined && existsSync(path));
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'];
const PAGE = projectFile('public/app/my.html');
const SHOTS = projectFile('test/screenshots');

/** 2 August 2021, ten in the morning in Shanghai: a Monday, well before the cut-off of the 16th. */
export const AUGUST_2: Instant = startOf('2021-08-02') + 10 * 3600;
const PHONE = '19900001001';
export type Desk =
  | 'employer'
  | 'university'
  | 'department'
  | 'archive'
  | 'examBody'
  | 'organiser'
  | 'handler'
  | 'approver'
  | 'revocationOfficer'
  | 'administrator'
  | 'auditor';

/** Why nothing can be tried here; undefined when it can. */
export function obstacle(): string | undefined {
  if (CHROMIUM === undefined) return 'no Chromium: install it or set CHROMIUM_PATH';
  return existsSync(PAGE) ? undefined : 'no built page: run `npm run build`';
}

export async function launch(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new RangeError('launch: ask obstacle() first');
  return chromium.launch({ executablePath: CHROMIUM, args: ARGS });
}

export interface Scene {
  readonly world: World;
  readonly url: string;
  readonly person: { readonly idNumber: string; readonly phone: string };
  readonly now: () => Instant;
  /** Service and page stand there from now on. */
  readonly goTo: (at: Instant) => Promise<void>;
  /** Signed in over the API. */
  readonly desk: (which: Desk) => Promise<Client>;
  /** Who works there, to sign in by the page. */
  readonly people: Readonly<Record<Desk, StaffPerson>>;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Console errors, uncaught exceptions and breaches of the policy. */
  readonly complaints: string[];
  readonly shot: (name: string) => Promise<void>;
  /** Resolves when the page waits for no answer of the service. */
  readonly untilQuiet: () => Promise<void>;
}

export interface SceneOptions {
  readonly width?: number;
  readonly height?: number;
  readonly bypassCSP?: boolean;
  /** Pressed by a finger, as a phone is. */
  readonly touch?: boolean;
  /** First word of the names of its pictures. */
  readonly pages?: string;
}

export async function aScene(
  t: ExecutionContext,
  browser: Browser,
  options: SceneOptions = {},
): Promise<Scene> {
  const [database] = databases();
  if (!database) throw new RangeError('SQLite is always there');
  const clock = { now: AUGUST_2 };
  const world = await aBureau(t, database, { months: ['2021-08', '2021-09'], clock: () => clock.now });
  const service = await startService(world);
  const { width = 390, height = 844, bypassCSP = false, touch = false, pages = 'my' } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    locale: 'zh-CN',
    deviceScaleFactor: 1,
    bypassCSP,
    hasTouch: touch,
    isMobile: touch,
    acceptDownloads: true,
  });
  const page = await context.newPage();
  t.teardown(async () => {
    await context.close();
    await service.stop();
  });
  const complaints: string[] = [];
  hear(page, complaints);
  await page.clock.setFixedTime(clock.now * 1000);
  const staff = await theDesks(world);
  const clients = new Map<Desk, { client: Client; until: Instant }>();
  const desk = async (which: Desk): Promise<Client> => {
    const known = clients.get(which);
    if (known && clock.now < known.until) return known.client;
    clock.now += 61; // a one-time password serves once
    const session = await signInStaff(service.url, staff[which], clock.now);
    const fresh = client(service.url, session);
    clients.set(which, { client: fresh, until: clock.now + 20 * 60 });
    return fresh;
  };
  const goTo = async (at: Instant): Promise<void> => {
    clock.now = Math.max(at, clock.now);
    await page.clock.setFixedTime(clock.now * 1000);
  };
  const shot = async (name: string): Promise<void> => {
    await page.screenshot({ path: join(SHOTS, `${pages}-${name}-${width}.png`), fullPage: true });
  };
  const person = { idNumber: idNumberOf(1), phone: PHONE };
  return {
    world,
    url: service.url,
    person,
    now: () => clock.now,
    goTo,
    desk,
    people: staff,
    context,
    page,
    complaints,
    shot,
    untilQuiet: whenQuiet(page),
  };
}

/** What the page says that it should not goes into the list. */
export function hear(page: Page, complaints: string[]): void {
  page.on('console', message => {
    // what the network and refusals say is told by the page itself
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      complaints.push(message.text());
  });
  page.on('pageerror', error => complaints.push(String(error)));
}

/** Counts what the page asks and what it was answered. */
function whenQuiet(page: Page): () => Promise<void> {
  const open = new Set<Request>();
  let tell = (): void => undefined;
  const end = (request: Request): void => {
    open.delete(request);
    if (open.size === 0) tell();
  };
  page.on('request', request => {
    if (request.isNavigationRequest()) open.clear(); // what the page before still asked is nobody's any more
    open.add(request);
  });
  page.on('requestfinished', end);
  page.on('requestfailed', end);
  return async () => {
    if (open.size > 0) await new Promise<void>(resolve => (tell = resolve));
  };
}

async function theDesks(world: World): Promise<Readonly<Record<Desk, StaffPerson>>> {
  const at = (
    unit: Parameters<typeof unitCode>[0],
    capacity: 'employer' | 'department' | 'exam-body' | 'organiser' | 'archive' | 'bureau',
  ) => {
    return { organisation: { code: unitCode(unit), name: unitName(unit), capacities: [capacity] }, capacity };
  };
  const employer = await aStaff(world, { ...at('employer', 'employer'), duty: 'clerk' });
  const department = await aStaff(world, { ...at('department', 'department'), duty: 'clerk' });
  const examBody = await aStaff(world, { ...at('examBody', 'exam-body'), duty: 'clerk' });
  const organiser = await aStaff(world, { ...at('organiser', 'organiser'), duty: 'clerk' });
  const inBureau = async (duty: Duty): Promise<StaffPerson> =>
    aStaff(world, { ...at('bureau', 'bureau'), duty });
  const handler = await inBureau('handler');
  const approver = await inBureau('approver');
  const revocationOfficer = await inBureau('revocation-officer');
  const administrator = await inBureau('administrator');
  const auditor = await inBureau('auditor');
  const archive = await aStaff(world, { ...at('archive', 'archive'), duty: 'clerk' });
  const university = await aStaff(world, { ...at('university', 'employer'), duty: 'clerk' });
  await inTransaction(world.db, async tx =>
    addLink(tx, world.db, {
      id: world.ids(),
      employerId: employer.organisationId,
      departmentId: department.organisationId,
      from: '2019-01-01',
      to: undefined,
    }),
  );
  const by = anActor('bureau', 'administrator');
  await addEntitlement(
    world,
    { ...newAct(world, by.accountId), by },
    {
      organisationCode: unitCode('employer'),
      seriesCode: '05',
      document: '津职聘备〔2021〕1号（测试）',
      from: '2021-01-01',
    },
  );
  return {
    employer,
    university,
    department,
    archive,
    examBody,
    organiser,
    handler,
    approver,
    revocationOfficer,
    administrator,
    auditor,
  };
}

/** The exam body's roster with one pass of the person's. */
export async function aPassFor(
  scene: Scene,
  changes: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { idNumber, phone } = scene.person;
  const rows = [somePass({ 证件号码: idNumber, 手机号码: phone, ...changes })];
  const examBody = await scene.desk('examBody');
  const answer = await examBody.upload('/api/exam-rosters', {
    name: 'passes.json',
    mediaType: 'application/json',
    bytes: new TextEncoder().encode(JSON.stringify(rows)),
  });
  const { applicationIds = [] } = answer.body as { applicationIds?: string[] };
  const [id] = applicationIds;
  if (id === undefined) throw new RangeError(JSON.stringify(answer.body));
  return id;
}

/** The person signs in by the page. */
export async function signIn(scene: Scene, path = '/my'): Promise<void> {
  const { page, url, person } = scene;
  await page.goto(url + path);
  await page.getByLabel('证件号码').fill(person.idNumber);
  await page.getByLabel('预留手机号码').fill(person.phone);
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.getByLabel('短信验证码').waitFor();
  await page.getByLabel('短信验证码').fill(await codeTo(scene));
}

export async function codeTo({ world, person }: Scene, phone = person.phone): Promise<string> {
  return /验证码 (\d{6})/.exec((await newestMessageTo(world, phone)) ?? '')?.[1] ?? '';
}

export interface Step {
  readonly version: number;
  readonly batchMonth: string | null;
  readonly state: string;
}

/** A desk decides on the application as it now is. */
export async function decide(
  scene: Scene,
  which: Desk,
  { id, ...decision }: { id: string; decision: string; opinion?: string },
): Promise<void> {
  const desk = await scene.desk(which);
  const { version } = (await desk.get(`/api/applications/${id}`)).body as Step;
  const answer = await desk.post(`/api/applications/${id}/decisions`, { version, ...decision });
  if (answer.status !== 200) throw new RangeError(JSON.stringify(answer.body));
}

/** From the last level before the bureau to the signed certificate: uploaded, checked, approved by another person. */
export async function certified(scene: Scene, { id, by }: { id: string; by: Desk }): Promise<void> {
  const desk = await scene.desk(by);
  const { version } = (await desk.get(`/api/applications/${id}`)).body as Step;
  await desk.post('/api/uploads', { items: [{ id, version }] });
  await decide(scene, 'handler', { id, decision: 'check' });
  const approver = await scene.desk('approver');
  const { batchMonth } = (await approver.get(`/api/applications/${id}`)).body as Step;
  const batch = (await approver.get(`/api/batches/${batchMonth}`)).body as { digest: string };
  const approved = await approver.post(`/api/batches/${batchMonth}/approve`, { digest: batch.digest });
  if (approved.status >= 300) throw new RangeError(JSON.stringify(approved.body));
  for (;;) {
    const { state } = (await approver.get(`/api/applications/${id}`)).body as Step;
    if (state === 'GENERATED') return;
    await new Promise(resolve => setImmediate(resolve)); // signed in the background
  }
}
