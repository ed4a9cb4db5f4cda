/** The bureau's desks by keyboard alone: a batch approved, the registers kept, an account reset, a holder's account frozen. */
import type { Page } from 'playwright-core';
import { holderAccount } from '../../src/accounts/people/store.ts';
import { codeOf } from '../applications/a-city.ts';
import { checked, put } from '../review/a-case.ts';
import { signInHolder } from '../support/people.ts';
import { atDesk, enterDesk } from './desk-steps.ts';

/** What a screen reader would call the control in focus, as far as these cases need it. */
const NAME_OF_FOCUS = `(() => {
  const element = document.activeElement;
  if (!['A', 'BUTTON', 'INPUT', 'SELECT', 'TEXTAREA'].includes(element?.tagName)) return '';
  const labels = [...(element.labels ?? [])].map(label => label.textContent);
  return [element.getAttribute('aria-label'), ...labels, element.textContent].join(' ');
})()`;

/** Presses Tab until the focus is on what that word names. */
async function tabTo(page: Page, word: string): Promise<void> {
  for (let presses = 0; presses < 120; presses += 1) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate<string>(NAME_OF_FOCUS)).includes(word)) return;
  }
  throw new RangeError(`the keyboard does not reach ${word}`);
}
async function type(page: Page, label: string, text: string): Promise<void> {
  await tabTo(page, label);
  await page.keyboard.type(text);
}
async function hit(page: Page, word: string, key = 'Enter'): Promise<void> {
  await tabTo(page, word);
  await page.keyboard.press(key);
}
async function chooseUnit(page: Page, label: string, code: string): Promise<void> {
  await type(page, label, code);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: new RegExp(code) }).waitFor();
  await hit(page, code);
}

atDesk('a batch is looked at and approved by keyboard alone', async (t, scene) => {
  const { page, world, people } = scene;
  await put(world, [checked({ batchMonth: '2021-08', course: { checkedBy: people.handler.accountId } })]);
  await enterDesk(scene, 'approver', '/desk/month/2021-08');
  await page.getByText('1 件已核对，等待另一人批准。').waitFor();
  await hit(page, '查看批次与批准');
  await page.getByText('下列汇总正是待批准的').waitFor();
  await type(page, '意见', '抽查无误。');
  await hit(page, '我已查看以上汇总', 'Space');
  await hit(page, '批准 1 件');
  await page.getByRole('dialog').waitFor();
  await hit(page, '批准');
  await page.getByText('已批准 1 件').waitFor();

  await page.locator('h1:focus').waitFor();
  t.pass();
});

atDesk('the registers are kept, and a password is reset, by keyboard alone', async (t, scene) => {
  const { page, url, people } = scene;
  await enterDesk(scene, 'administrator', '/desk/committees/new');
  await page.getByText('01 高等学校教师').waitFor();
  await type(page, '备案文号', '津职评备〔2021〕009号（测试）');
  await type(page, '评审委员会全称', '天津市测试系列评审委员会');
  await chooseUnit(page, '组建单位', codeOf('organiser'));
  await hit(page, '类型', 'ArrowDown');
  await hit(page, '05 工程技术人员', 'Space');
  await hit(page, '副高级', 'Space');
  await page.getByLabel('起始日期').fill('2021-01-01'); // the browser's own control, in its own order of day and month
  await hit(page, '登记');
  await page.getByText('天津市测试系列评审委员会').waitFor();

  await page.goto(`${url}/desk/entitlements/new`);
  await page.getByLabel('系列').waitFor();
  await chooseUnit(page, '用人单位', codeOf('university'));
  await hit(page, '系列', 'ArrowDown');
  await type(page, '核准文号', '津职聘备〔2021〕9号（测试）');
  await page.getByLabel('起始日期').fill('2021-01-01'); // the browser's own control, in its own order of day and month
  await hit(page, '登记');
  await page.getByText('津职聘备〔2021〕9号（测试）').waitFor();

  await page.goto(`${url}/desk/accounts/${people.employer.accountId}`);
  await page.getByText('天津滨河建筑设计研究院有限公司 · 用人单位').first().waitFor();
  await hit(page, '重置密码和动态口令');
  await hit(page, '确认');
  await page.locator('[data-secret=password]').waitFor();
  t.not(await page.locator('[data-secret=password]').textContent(), people.employer.password);
});

atDesk('a holder’s account is frozen by keyboard alone', async (t, scene) => {
  const { page, world, person, url } = scene;
  await signInHolder(url, world, person);
  await enterDesk(scene, 'revocationOfficer', '/desk/holders');
  await page.getByRole('heading', { name: '冻结账号' }).waitFor();
  await type(page, '持证人证件号码', person.idNumber);
  await type(page, '依据', '死亡证明〔2021〕1号（测试）');
  await hit(page, '冻结账号');
  await page.getByRole('dialog').waitFor();
  await hit(page, '冻结账号');
  await page.getByText('账号已冻结。').waitFor();

  const account = await holderAccount(world, person.idNumber);
  t.is(account?.state, 'frozen');
});
