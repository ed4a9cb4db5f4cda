/** Reporting a problem in a real browser (R37): by a stranger, by a holder from what it is about, and the bureau's answer back to both. */
import type { Page, Route } from 'playwright-core';
import type { FeedbackList, FeedbackOwnList } from '../../src/shared/shapes/shapes.ts';
import { enterDesk } from './desk-steps.ts';
import { aPassFor, signIn, type Scene } from './my-scene.ts';
import { inBrowser, isTooWide, link, press, violationsOn } from './my-steps.ts';

const TEXT = '扫码后页面写“已撤销”，但对方说证书有效，\n请核实。';
const ANSWER = '经核实，该证书已于上月撤销，请以查验页为准。';

async function write(page: Page, text = TEXT): Promise<void> {
  await page.getByRole('radio', { name: '怀疑证书有假' }).check();
  await page.getByRole('textbox', { name: '事情经过' }).fill(text);
}

/** All reports, as the bureau's handler has them. */
async function reports(scene: Scene): Promise<FeedbackList['items']> {
  const handler = await scene.desk('handler');
  return ((await handler.get('/api/feedback')).body as FeedbackList).items;
}

async function answerFirst(scene: Scene): Promise<void> {
  const [first] = await reports(scene);
  const handler = await scene.desk('handler');
  const body = { version: first?.version, answer: ANSWER };
  await handler.post(`/api/feedback/${first?.id}/answer`, body);
}

async function look(
  t: { deepEqual: (a: unknown, b: unknown, c?: string) => unknown },
  scene: Scene,
  name: string,
): Promise<void> {
  t.deepEqual(await violationsOn(scene.page), [], name);
  t.deepEqual(await isTooWide(scene.page), false, name);
  await scene.shot(`feedback-${name}`);
}

for (const width of [390, 1280]) {
  inBrowser(
    `a stranger reports, keeps the receipt and reads the answer by it, on ${width} px`,
    async (t, scene) => {
      const { page, url } = scene;
      await page.goto(`${url}/feedback`);
      await page.getByRole('heading', { name: '查看答复' }).waitFor();
      await look(t, scene, '1-empty');
      await press(page, '发送');
      await page.getByText('请选一类。').waitFor();
      await look(t, scene, '2-faults');
      await write(page);
      await page.getByLabel('联系电话').fill('12345');
      await press(page, '发送');
      await page.getByText('手机号码应为').waitFor();
      await page.getByLabel('联系电话').fill('19900001009');

      await page.getByRole('button', { name: '发送', exact: true }).dblclick();
      await page.getByRole('heading', { name: '已经收到' }).waitFor();
      const receipt = (await page.textContent('.receipt-code')) ?? '';
      await look(t, scene, '3-receipt');

      t.regex(receipt, /^([2-9A-Z]{4}-){3}[2-9A-Z]{4}$/);
      t.is((await reports(scene)).length, 1);
      await answerFirst(scene);
      await page.reload();
      await page.getByLabel('回执号').fill('AAAA-BBBB-CCCC-DDDD');
      await press(page, '查看');
      await page.getByText('没有找到这个回执号').waitFor();
      await page.getByLabel('回执号').fill(receipt.toLowerCase());
      await press(page, '查看');
      await page.getByText(ANSWER).waitFor();
      await look(t, scene, '4-answer');
      t.is(new URL(page.url()).pathname + new URL(page.url()).search, '/feedback');
    },
    { width, height: 844 },
  );
}

inBrowser(
  'what was written survives the network, and a report whose answer was lost is there once',
  async (t, scene) => {
    const { page, url } = scene;
    await page.goto(`${url}/feedback`);
    await page.getByRole('heading', { name: '查看答复' }).waitFor();
    await write(page);
    await page.context().setOffline(true);
    await press(page, '发送');
    await page.getByText('没有连上服务').waitFor();
    await page.context().setOffline(false);
    // it reaches the service, but its answer does not reach the page
    const lost = async (route: Route): Promise<void> => {
      await route.fetch();
      await route.abort();
    };
    await page.route('**/api/feedback', lost, { times: 1 });
    await press(page, '发送');
    await page.getByText('没有连上服务').waitFor();
    t.is(await page.getByRole('textbox', { name: '事情经过' }).inputValue(), TEXT);

    await press(page, '发送');
    await page.getByRole('heading', { name: '已经收到' }).waitFor();

    t.is((await reports(scene)).length, 1);
  },
);

inBrowser(
  'a holder reports from an application, which comes with it, and loses nothing when the session ends',
  async (t, scene) => {
    const { page, url } = scene;
    const id = await aPassFor(scene);
    await signIn(scene);
    await page.getByRole('link', { name: /去申领/ }).waitFor();
    await page.goto(`${url}/my/applications/${id}`);
    await link(page, /对这件申请有疑问/);
    await page.getByText('关于：助理会计师').waitFor();

    t.is(page.url(), `${url}/feedback`);
    t.true(await page.getByRole('radio', { name: '申请与审核' }).isChecked());
    await page.getByRole('textbox', { name: '事情经过' }).fill(TEXT);
    await look(t, scene, '5-tied');
    await press(page, '发送');
    await page.getByText('已经收到。').waitFor();
    await answerFirst(scene);
    await page.reload();
    await page.getByText(ANSWER).waitFor();
    await look(t, scene, '6-own');
    const handler = await scene.desk('handler');
    const [first] = await reports(scene);
    const seen = (await handler.get(`/api/feedback/${first?.id}`)).body as FeedbackOwnList['items'][number];
    t.is(seen.applicationId, id);

    await write(page, '第二件事：页面打不开，请看一看。');
    await page.context().clearCookies();
    await press(page, '发送');
    await page.getByRole('heading', { name: '登录已结束' }).waitFor();
    await look(t, scene, '7-ended');
    await press(page, '不登录，直接发送');
    await page.getByRole('heading', { name: '已经收到' }).waitFor();
    t.is((await reports(scene))[0]?.excerpt, '第二件事：页面打不开，请看一看。');
  },
);

for (const width of [390, 1280]) {
  inBrowser(
    `a handler answers at the desk, mends the answer and closes the report, on ${width} px`,
    async (t, scene) => {
      const { page, url } = scene;
      await enterDesk(scene, 'handler');
      await page.goto(`${url}/desk/feedback`);
      await page.getByRole('heading', { name: '都答复了' }).waitFor();
      await look(t, scene, '8-desk-empty');
      const employer = await scene.desk('employer');
      await employer.post('/api/me/feedback', { category: 'PAGE', text: TEXT, phone: '19900001009' });
      await page.reload();
      await page.getByText('1 条待答复').waitFor();
      await look(t, scene, '9-desk-list');
      await link(page, /扫码后页面写/);
      await press(page, '发出答复');
      await page.getByText('请写答复').waitFor();
      await page.getByLabel('答复内容').fill(ANSWER);
      await press(page, '发出答复');
      await page.getByText('答复已发出').waitFor();
      await look(t, scene, '10-desk-answered');
      await press(page, '办结');
      await look(t, scene, '11-desk-close');
      await page.getByRole('dialog').getByRole('button', { name: '办结' }).click();
      await page.getByText('办结，不能再改').waitFor();

      t.is(await page.getByRole('button', { name: '修改答复' }).count(), 0);
      t.is((await reports(scene))[0]?.state, 'CLOSED');
    },
    { width, height: 844, pages: 'desk' },
  );
}
