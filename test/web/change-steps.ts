/**
 * What cases of changes share: a certificate that its holder can collect, several people at browsers of their own in one bureau, and the
 * ways through their pages from a proposal to what the holder and everyone else are shown of it.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { certificatesFor } from '../../src/certificate/store.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { newAct } from '../../src/world.ts';
import { put, uploaded } from '../review/a-case.ts';
import { atDesk, enterDesk } from './desk-steps.ts';
import { codeTo, hear, signIn, type Desk, type Scene } from './my-scene.ts';
import { COLLECTION, press, violationsOn } from './my-steps.ts';

const MONTH = '2021-08';
/** Folder for pictures of every state, for people who want to look; none by default. */
const SHOTS = process.env['SHOTS_DIR'];
/** Kept in the desks' and the holder's pages: the public never meets them. */
const SECRET =
  /举报核查|不属实|弄虚作假|本人申请|姓名变更|UNDER_INVESTIGATION|NOT_UPHELD|FRAUD|HOLDER_REQUEST|NAME_CHANGE|文号|津人社/;

/** A certificate of August, signed. */
export async function aCertificate(
  { world }: Scene,
  changes: Parameters<typeof uploaded>[0] = {},
): Promise<{ id: string; number: string; url: string }> {
  const title = { level: 'B', qualification: '高级工程师', route: 4 } as const;
  const application = uploaded({ batchMonth: MONTH, ...title, ...changes });
  await put(world, [application]);
  await release({ world }, MONTH);
  const [certificate] = await certificatesFor(world.db, [application.id]);
  if (!certificate) throw new RangeError('signed, and yet no certificate');
  return { id: application.id, number: certificate.number, url: certificate.qrText };
}

/** All that waits in the batch of that month is signed. */
export async function release({ world }: Pick<Scene, 'world'>, month: string): Promise<void> {
  await releaseAll(world, newAct(world, 'test'), { month, options: { unprintable: () => [] } });
}

/** What the service's verification says of that code. */
export async function verdict({ url }: Pick<Scene, 'url'>, text: string): Promise<string> {
  const response = await fetch(`${url}/api/verify`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
  });
  return ((await response.json()) as { verdict: string }).verdict;
}

/** Another browser profile in the same bureau, by the same clock. */
export async function anotherSeat(
  t: ExecutionContext,
  scene: Scene,
  { width, height } = { width: 1280, height: 900 },
): Promise<Scene> {
  const browser = scene.context.browser();
  if (!browser) throw new RangeError('the scene has a browser');
  const context = await browser.newContext({ viewport: { width, height }, locale: 'zh-CN' });
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
    await page.screenshot({ path: `test/screenshots/desk-${name}-${width}.png`, fullPage: true });
  };
  return { ...scene, page, context, goTo, shot };
}

/** Everyone whom a change concerns, each at a page of their own. */
export interface Round {
  readonly t: ExecutionContext;
  /** Who proposes: the page of the case. */
  readonly handler: Scene;
  /** Who confirms. */
  readonly other: Scene;
  readonly holder: Scene;
  /** Somebody with the holder's share code. */
  readonly stranger: Page;
  /** The code's link. */
  readonly link: string;
  readonly certificate: { readonly id: string; readonly number: string; readonly url: string };
}

/** A case with a collected certificate whose holder has shared it, a handler at its record, and another officer at the list of proposals. */
export function changing(
  title: string,
  run: (t: ExecutionContext, round: Round) => Promise<void>,
  other: Desk = 'approver',
): void {
  atDesk(title, async (t, handler) => {
    const { idNumber, phone } = handler.person;
    const certificate = await aCertificate(handler, { idNumber, phone });
    await handler.goTo(COLLECTION);
    const holder = await anotherSeat(t, handler, { width: 390, height: 844 });
    await signIn(holder);
    const link = await shareLink(holder);
    const { page: stranger } = await anotherSeat(t, handler, { width: 390, height: 844 });
    const second = await anotherSeat(t, handler);
    await enterDesk(handler, 'handler', `/desk/certificates/${certificate.number}`);
    await enterDesk(second, other, '/desk/changes');
    await run(t, { t, handler, other: second, holder, stranger, link, certificate });
  });
}

/** The holder makes a share code on the certificate's page. */
async function shareLink({ page }: Scene): Promise<string> {
  await page.getByRole('link', { name: /可以领取了/ }).click();
  await page.getByText('分享码', { exact: true }).first().click();
  await page.getByLabel('用途').fill('岗位聘任核验');
  await press(page, '生成分享码');
  const code = await page.locator('.share-code.digits').innerText();
  return `${new URL(page.url()).origin}/query#s=${code}`;
}

/** The handler's page shows all of the certificate anew. */
export async function recordAnew({ handler: { page, url }, certificate: { number } }: Round): Promise<void> {
  await page.goto(`${url}/desk/certificates/${number}`);
  await page.getByRole('heading', { name: '版本与状态' }).waitFor();
}

/** Chooses in the form, for a reason where there is a choice. */
export async function choose(
  page: Page,
  kind: string,
  { reason, fields = {} }: { reason?: string; fields?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  await page.getByRole('radio', { name: kind }).check();
  if (reason !== undefined) await page.getByLabel('原因').selectOption({ label: reason });
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label).fill(text);
}

/** Submits the form and says yes to the question. */
export async function submitProposal(page: Page): Promise<void> {
  await press(page, '提交提议');
  await page.getByRole('dialog').getByRole('button', { name: '提交提议' }).click();
  await page.getByText('已提交，等待另一人确认。').waitFor();
}

/** The other officer confirms what waits. @param kind its word */
export async function confirmIt({ other, certificate }: Round, kind: string): Promise<void> {
  const { page } = other;
  await page.goto(`${other.url}/desk/changes`);
  await page.getByRole('button', { name: `确认：${kind} ${certificate.number}`, exact: true }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: `确认${kind}` })
    .click();
  await page.getByText(`${certificate.number} 已${kind}。`).waitFor();
}

/** The state with its date on the public's page by the share code, and never why. */
export async function publicSees(round: Round, state: string, words: RegExp): Promise<void> {
  const { stranger, link } = round;
  await stranger.goto('about:blank'); // the page takes the code out of its address
  await stranger.goto(link);
  await demandPublic(round, state, words);
}

/** The same by the three facts and the code that the holder gives away. */
export async function publicAsks(round: Round, state: string, words: RegExp): Promise<void> {
  const { stranger, handler, certificate } = round;
  const { idNumber, phone } = handler.person;
  await stranger.goto(`${handler.url}/query`);
  const facts = { number: certificate.number, idNumber, phone };
  const asker = { requester: '天津测试人才有限公司', purpose: '招聘核验' };
  for (const [id, text] of Object.entries({ ...facts, ...asker })) await stranger.fill(`#${id}`, text);
  await press(stranger, '提交查询');
  await stranger.locator('[data-step=code]').waitFor();
  await stranger.fill('#code', await codeTo(handler));
  await press(stranger, '查看结果');
  await demandPublic(round, state, words);
}

async function demandPublic({ t, stranger }: Round, state: string, words: RegExp): Promise<void> {
  await stranger.locator(`[data-state="${state}"]`).waitFor();
  const text = await stranger.locator('body').innerText();
  t.regex(text, words);
  t.notRegex(text, SECRET);
  t.deepEqual(await violationsOn(stranger), [], `public ${state}`);
  await look(stranger, `public-${state}`);
}

/** The certificate on its holder's page, with these words on it. @returns all of them */
export async function holderSees(round: Round, name: string, words: readonly RegExp[]): Promise<string> {
  const { t, holder, certificate } = round;
  const { page } = holder;
  await page.goto(`${holder.url}/my/certificates/${certificate.number}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
  const text = await page.locator('main').innerText();
  for (const each of words) t.regex(text, each);
  t.deepEqual(await violationsOn(page), [], `holder ${name}`);
  await look(page, `my-${name}`);
  return text;
}

/** Pictures of the page as it stands, on a phone and on a desk. */
export async function look(page: Page, name: string): Promise<void> {
  if (SHOTS === undefined) return;
  mkdirSync(SHOTS, { recursive: true });
  const before = page.viewportSize();
  for (const [width, height] of [
    [390, 844],
    [1280, 900],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: join(SHOTS, `${name}-${width}.png`), fullPage: true });
  }
  if (before) await page.setViewportSize(before);
}
