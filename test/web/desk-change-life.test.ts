/**
 * The life of a certificate under changes of its state, by clicks alone: each proposed by one person and decided by another, and seen
 * afterwards by its holder with reason, end and ways of appeal, by everyone else with state and date only (domain §5.2, §5.3).
 */
import { grantDuty } from '../../src/accounts/people/grant.ts';
import { newestMessageTo } from '../../src/messages/enqueue.ts';
import { newAct } from '../../src/world.ts';
import { codeOf } from '../applications/a-city.ts';
import {
  anotherSeat,
  changing,
  choose,
  confirmIt,
  holderSees,
  look,
  publicAsks,
  publicSees,
  recordAnew,
  submitProposal,
} from './change-steps.ts';
import { press, violationsOn } from './my-steps.ts';

const ORIGINAL = /显示证书|下载图片|下载 PDF|生成分享码|生成加注副本/;
const SINCE = /自 2021-09-15 09:\d\d 起/;

changing(
  'a suspension has an end, is extended once and no more, and is lifted again; its holder reads until when and what to do',
  async (t, round) => {
    const { handler, other, holder, certificate } = round;
    const { page, url } = handler;
    const end = page.getByLabel('暂停的最后一天');
    await choose(page, '暂停使用');
    t.is(await end.inputValue(), '2021-11-14');
    await page.getByText('不改则为 2021 年 11 月 14 日（60 天），至迟 2022 年 3 月 14 日').waitFor();
    await end.fill('');
    await press(page, '提交提议');
    await page.getByText('请填写“暂停的最后一天”。').waitFor();
    t.deepEqual(await violationsOn(page), [], 'no end');
    await end.fill('2021-11-14');
    await look(page, 'desk-suspend');
    await submitProposal(page);
    await confirmIt(round, '暂停使用');
    await look(other.page, 'desk-list');

    const suspended = await holderSees(round, 'suspended', [
      /核查中，暂停使用/,
      /最迟到 2021 年 11 月 14 日 24:00，到期自动恢复有效/,
      /举报核查/,
      /自 9 月 15 日 09:\d\d 起/,
      /提出申诉/,
    ]);
    t.notRegex(suspended, ORIGINAL);
    await holder.page.getByText('分享码', { exact: true }).click();
    await holder.page.getByText('证书现在不能分享').waitFor();
    await holder.page.getByRole('button', { name: '停用：岗位聘任核验' }).waitFor();
    t.deepEqual(await violationsOn(holder.page), [], 'codes of a suspended certificate');
    await look(holder.page, 'my-suspended-codes');
    await publicSees(round, 'SUSPENDED', SINCE);

    const { page: stale } = await anotherSeat(t, handler);
    await stale.context().addCookies(await page.context().cookies());
    await stale.goto(`${url}/desk/certificates/${certificate.number}`);
    await choose(stale, '延长暂停', { fields: { 暂停的最后一天: '2022-02-14' } });
    await recordAnew(round);
    await choose(page, '延长暂停');
    await page.getByText('须晚于现在的最后一天 2021 年 11 月 14 日').waitFor();
    await press(page, '提交提议');
    await page.getByText('请填写“暂停的最后一天”。').waitFor();
    await end.fill('2021-11-14');
    await press(page, '提交提议');
    await page.getByRole('dialog').getByRole('button', { name: '提交提议' }).click();
    await page.getByText('延长后的截止日期须晚于现在的截止日期').waitFor();
    t.deepEqual(await violationsOn(page), [], 'extension that ends too early');
    await look(page, 'desk-extend-fault');
    await end.fill('2022-01-31');
    await submitProposal(page);
    await confirmIt(round, '延长暂停');
    await press(stale, '提交提议');
    await stale.getByRole('dialog').getByRole('button', { name: '提交提议' }).click();
    await stale.getByText('这次暂停已延长过一次，不能再延长').waitFor();
    await stale.getByText('已延长一次，不能再延长；到 2022 年 1 月 31 日').waitFor();
    t.is(await stale.getByRole('dialog').count(), 0);
    t.is(await stale.getByRole('radio', { name: '延长暂停' }).count(), 0);
    t.deepEqual(await violationsOn(stale), [], 'a second extension');
    await look(stale, 'desk-extend-twice');
    await recordAnew(round);
    await page.getByText('已延长一次，不能再延长；到 2022 年 1 月 31 日 24:00 自动恢复有效。').waitFor();
    t.is(await page.getByRole('radio', { name: '延长暂停' }).count(), 0);
    t.regex(await page.locator('main').innerText(), /暂停使用：举报核查，到 2021 年 11 月 14 日 24:00/);
    t.deepEqual(await violationsOn(page), [], 'extended');
    await look(page, 'desk-extended');
    await holderSees(round, 'extended', [
      /最迟到 2022 年 1 月 31 日 24:00/,
      /9 月 15 日 09:\d\d 延长过一次/,
      /提出申诉/,
    ]);
    await publicSees(round, 'SUSPENDED', SINCE);

    await choose(page, '恢复有效');
    await submitProposal(page);
    await confirmIt(round, '恢复有效');
    const resumed = await holderSees(round, 'resumed', [/证书有效，可以下载、打印、出示/]);
    t.regex(resumed, ORIGINAL);
    t.notRegex(resumed, /举报|为什么/);
    await publicSees(round, 'VALID', /证书有效/);
    await recordAnew(round);
    t.deepEqual(await violationsOn(page), [], 'resumed');
    await look(page, 'desk-resumed');
  },
);

changing(
  'a revocation for fraud is withdrawn by who proposed it, proposed anew and confirmed: void from the day the title was obtained',
  async (t, round) => {
    const { handler, other, certificate } = round;
    const { page } = handler;
    const document = '津人社撤字〔2021〕1号（测试）';
    const wanted = { reason: '弄虚作假', fields: { 决定文书文号: document } };
    await choose(page, '撤销', wanted);
    await page.getByText('职称自取得之日起无效。').waitFor();
    await submitProposal(page);
    await look(page, 'desk-revoke-own');
    await press(page, /^撤回提议/);
    t.deepEqual(await violationsOn(page), [], 'withdrawing');
    await page.getByRole('dialog').getByRole('button', { name: '撤回提议' }).click();
    await page.getByText(`${certificate.number} 的提议已撤回，证书保持现状。`).waitFor();
    await page.getByText('提议人已撤回').waitFor();
    t.deepEqual(await violationsOn(page), [], 'withdrawn');
    await holderSees(round, 'not-revoked', [/证书有效，可以下载、打印、出示/]);

    await choose(page, '撤销', wanted);
    await submitProposal(page);
    await confirmIt(round, '撤销');
    await look(other.page, 'desk-revoke-list');
    await recordAnew(round);
    await page.getByText('证书已撤销，没有可以办理的变更。').waitFor();
    t.regex(
      await page.locator('main').innerText(),
      /撤销：弄虚作假，文号 津人社撤字〔2021〕1号（测试），自 2021 年 7 月 1 日起无效/,
    );
    t.deepEqual(await violationsOn(page), [], 'revoked');
    await look(page, 'desk-revoked');
    const revoked = await holderSees(round, 'revoked', [
      /已撤销/,
      /弄虚作假/,
      /自 9 月 15 日 09:\d\d 起/,
      /文号：津人社撤字〔2021〕1号（测试）/,
      /自 2021 年 7 月 1 日起无效/,
      /60 日内申请行政复议.*6 个月内提起行政诉讼/,
    ]);
    t.notRegex(revoked, ORIGINAL);
    await publicSees(round, 'REVOKED', SINCE);
    await publicAsks(round, 'REVOKED', SINCE);
  },
  'revocationOfficer',
);

changing(
  'nobody confirms their own cancellation, be they officer and handler in one; another person does, and the holder reads why',
  async (t, round) => {
    const { handler, other, holder, certificate } = round;
    const { page, url, world, people } = handler;
    const grant = { organisationCode: codeOf('bureau'), capacity: 'bureau', duty: 'approver' } as const;
    const { accountId } = people.handler;
    await grantDuty(world, newAct(world, 'test:administrator'), { accountId, grant });
    const fields = { 决定文书文号: '津人社注字〔2021〕1号（测试）' };
    await choose(page, '注销', { reason: '本人申请', fields });
    await submitProposal(page);
    await page.reload();
    await page.getByLabel('当前身份').selectOption({ label: '复核 · 天津市人力资源和社会保障局（测试）' });
    await page.goto(`${url}/desk/certificates/${certificate.number}`);
    await page.getByText('这是您提议的，须由另一人确认。').waitFor();
    t.is(await page.getByRole('button', { name: /^(确认|不予确认)/ }).count(), 0);
    t.deepEqual(await violationsOn(page), [], 'own proposal');
    await look(page, 'desk-own');
    const refusal = await page.evaluate(`(async () => {
      const session = await (await fetch('/api/session')).json();
      const { items: [{ id, digest }] } = await (await fetch('/api/changes?state=open')).json();
      const answer = await fetch('/api/changes/' + id + '/decision', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrfToken, 'idempotency-key': crypto.randomUUID() },
        body: JSON.stringify({ decision: 'confirm', digest }),
      });
      return (await answer.json()).code;
    })()`);
    t.is(refusal, 'TWO_PERSONS_NEEDED');
    await holderSees(round, 'not-cancelled', [/证书有效，可以下载、打印、出示/]);

    await confirmIt(round, '注销');
    t.deepEqual(await violationsOn(other.page), [], 'confirmed');
    const cancelled = await holderSees(round, 'cancelled', [
      /已注销/,
      /本人申请/,
      /文号：津人社注字〔2021〕1号（测试）/,
      /60 日内申请行政复议.*6 个月内提起行政诉讼/,
    ]);
    t.notRegex(cancelled, ORIGINAL);
    await publicSees(round, 'CANCELLED', SINCE);
    await holder.page.goto(`${url}/my`);
    await holder.page.getByRole('link', { name: /已注销/ }).waitFor();
    await look(holder.page, 'my-home-cancelled');
    t.regex((await newestMessageTo(world, holder.person.phone)) ?? '', /已被注销.*行政复议/);
    t.true(
      ((await newestMessageTo(world, holder.person.phone)) ?? '').includes(certificate.number.slice(-4)),
    );
  },
);
