/** A correction by the pages, from the proposal to the new version; and a proposal whose certificate has changed since it was looked at. */
import { publish } from '../../src/revocation/publish.ts';
import { startOf } from '../../src/shared/time.ts';
import { newAct } from '../../src/world.ts';
import {
  changing,
  choose,
  holderSees,
  look,
  publicSees,
  recordAnew,
  release,
  submitProposal,
  verdict,
  type Round,
} from './change-steps.ts';
import { signIn } from './my-scene.ts';
import { press, violationsOn } from './my-steps.ts';

const NEXT_COLLECTION = startOf('2021-10-15') + 9 * 3600;
const PROOF = '户口簿姓名变更页';

/** Proposed by the handler, confirmed by the other officer: it waits in September's batch. */
async function correctName({ t, handler, other, certificate }: Round): Promise<void> {
  const { page } = handler;
  await choose(page, '更正换发', { reason: '姓名变更', fields: { 更正后的姓名: '张明志' } });
  await press(page, '提交提议');
  await page.getByText('请填写“已核验的证明材料”。').waitFor();
  t.deepEqual(await violationsOn(page), [], 'no proof');
  await page.getByLabel('已核验的证明材料').fill(PROOF);
  await look(page, 'desk-correct');
  await submitProposal(page);
  await other.page.reload();
  await other.page.getByRole('button', { name: /^确认：更正换发/ }).click();
  const dialog = other.page.getByRole('dialog');
  await dialog.getByText('确认后不立即生效').waitFor();
  t.deepEqual(await violationsOn(other.page), [], 'confirming a correction');
  await look(other.page, 'desk-correct-ask');
  await dialog.getByRole('button', { name: '确认更正换发' }).click();
  await other.page.getByText(`${certificate.number} 的更正已确认，进入本月批次等待核对。`).waitFor();
}

changing(
  'a corrected name comes as the next version of the same number, and everything of the old one leads its holder there',
  async (t, round) => {
    const { handler, holder, certificate } = round;
    const { page } = holder;
    await correctName(round);
    await holderSees(round, 'correct-waiting', [/证书有效，可以下载、打印、出示/, /张明远/]);

    await release(handler, '2021-09');
    await publish(handler.world, newAct(handler.world, 'system:publisher'));
    await handler.goTo(handler.now() + 10); // trust is read anew every few seconds
    t.is(await verdict(handler, certificate.url), 'superseded');
    await recordAnew(round);
    await handler.page.getByText('已换发新版本').first().waitFor();
    t.regex(
      await handler.page.locator('main').innerText(),
      /姓名更正为：张明志\s+证明材料：户口簿姓名变更页/,
    );
    t.deepEqual(await violationsOn(handler.page), [], 'superseded');
    await look(handler.page, 'desk-superseded');
    const made = await holderSees(round, 'superseded', [
      /证书已换发第 2 版，原版本不再使用；新版本制证中，可于 2021年10月15日后（含当日）领取/,
    ]);
    t.notRegex(made, /张明|显示证书|再试一次/);
    await page.goto(`${holder.url}/my`);
    await page.getByText(`证书 ${certificate.number} 已换发第 2 版，原版本不再使用。`).waitFor();
    t.deepEqual(await violationsOn(page), [], 'home');
    await look(page, 'my-home-superseded');
    await page.goto(`${holder.url}/my/applications/${certificate.id}`);
    await page.getByText('新版本 2021 年 10 月 15 日起可领取').waitFor();
    t.is(await page.getByText('请留意').count(), 0);
    t.deepEqual(await violationsOn(page), [], 'old application');
    await look(page, 'my-old-application');

    await holder.goTo(NEXT_COLLECTION);
    await page.goto(`${holder.url}/my/applications/${certificate.id}`);
    await signIn(holder, `/my/applications/${certificate.id}`);
    await page.getByRole('link', { name: '查看新版证书' }).click();
    await page.getByText('（第 2 版）').waitFor();
    await holderSees(round, 'renewed', [/张明志/, /显示证书/, /第 2 版/]);
  },
);

changing(
  'what changed between look and confirmation is not confirmed: the page says so, shows it anew, and leaves the refusal',
  async (t, round) => {
    const { handler, other, certificate } = round;
    await correctName(round);
    await recordAnew(round);
    await choose(handler.page, '暂停使用');
    await submitProposal(handler.page);
    const { page } = other;
    await page.goto(`${other.url}/desk/certificates/${certificate.number}`);
    await page.getByRole('button', { name: /^确认：暂停使用/ }).waitFor();
    t.is(await page.getByText('第 2 版').count(), 0);

    await release(handler, '2021-09');
    await press(page, /^确认：暂停使用/);
    await page.getByRole('dialog').getByRole('button', { name: '确认暂停使用' }).click();
    await page.getByText('提议之后证书的状态或版本已有变化，不能再按原提议确认').waitFor();
    await page.getByText('第 2 版 · 张明志').waitFor();
    await page.getByText('证书已有变化，这项提议不能再确认。').waitFor();
    t.is(await page.getByRole('dialog').count(), 0);
    t.is(await page.getByRole('button', { name: /^确认：/ }).count(), 0);
    t.deepEqual(await violationsOn(page), [], 'changed');
    await look(page, 'desk-changed');
    await publicSees(round, 'VALID', /证书有效/);

    await press(page, /^不予确认/);
    await page.getByLabel('理由').fill('证书已换发，请核对后重新提议');
    await page.getByRole('dialog').getByRole('button', { name: '不予确认' }).click();
    await page.getByText(`${certificate.number} 的提议不予确认，证书保持现状。`).waitFor();

    await recordAnew(round);
    await choose(handler.page, '暂停使用');
    await submitProposal(handler.page);
    await page.goto(`${other.url}/desk/changes`);
    await press(page, /^确认：暂停使用/);
    await press(handler.page, /^撤回提议/);
    await handler.page.getByRole('dialog').getByRole('button', { name: '撤回提议' }).click();
    await handler.page.getByText('的提议已撤回').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: '确认暂停使用' }).click();
    await page.getByText('提议人已撤回这项变更提议').waitFor();
    await page.getByText('没有等待确认的提议。').waitFor();
    t.is(await page.getByRole('dialog').count(), 0);
    t.deepEqual(await violationsOn(page), [], 'withdrawn meanwhile');
    await look(page, 'desk-withdrawn-meanwhile');
  },
);
