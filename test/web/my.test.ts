/** The holder's pages as a person uses them: real service, real database, real browser; the desks act over the API. */
import { readFileSync } from 'node:fs';
import { readOneCode } from '../../src/certificate/read-image.ts';
import { newestMessageTo } from '../../src/messages/enqueue.ts';
import { codeOf as unitCode } from '../applications/a-city.ts';
import { aPassFor, certified, codeTo, decide, signIn } from './my-scene.ts';
import {
  applyForPass,
  COLLECTION,
  inBrowser,
  link,
  press,
  submitPass,
  throughSteps,
  violationsOn,
} from './my-steps.ts';

inBrowser(
  'a person goes from the sign-in to the downloaded certificate on a phone (route 3)',
  async (t, scene) => {
    const { page, shot } = scene;
    const id = await aPassFor(scene, { 姓名: '王𬭎' });
    await page.goto(`${scene.url}/my`);
    await page.getByLabel('证件号码').waitFor();
    await shot('01-sign-in');
    await signIn(scene);
    await page.getByRole('link', { name: /去申领/ }).waitFor();
    await shot('02-home');
    await applyForPass(scene);
    await page.getByText('证书上印为：王HONG').waitFor();
    await shot('05-who');
    await throughSteps(scene);
    await page.getByText('证书上印为：王HONG').waitFor();
    await shot('09-check');

    await press(page, '提交申请');
    await page.getByText('请确认姓名的读音后再提交').waitFor();
    await page.getByLabel('读音正确').check();
    await press(page, '提交申请');
    await page.getByText('现在由天津市人事考试中心（测试）办理').waitFor();
    await shot('10-submitted');
    await decide(scene, 'examBody', { id, decision: 'approve' });
    await certified(scene, { id, by: 'examBody' });
    await page.goto(`${scene.url}/my`);
    await page.getByText('制证中，2021 年 9 月 15 日起可领取').waitFor();
    await shot('12-making');
    await scene.goTo(COLLECTION);
    await page.reload();
    await signIn(scene);
    await link(page, /可以领取了/);
    await press(page, '显示证书');
    await page.getByRole('img', { name: /王𬭎的职称证书/ }).waitFor();
    await shot('14-certificate');
    const [download] = await Promise.all([page.waitForEvent('download'), press(page, '下载图片（PNG）')]);

    t.regex(download.suggestedFilename(), /^certificate-D12\d{11}-1\.png$/);
    const text = await readOneCode(readFileSync(await download.path()));
    const verifyUrl = await page.getByRole('link', { name: '打开查验页' }).getAttribute('href');
    t.is(text, verifyUrl ?? '');
  },
);

inBrowser('a returned application says why, and is mended and submitted again', async (t, scene) => {
  const { page } = scene;
  const id = await submitPass(scene);
  await decide(scene, 'examBody', { id, decision: 'return', opinion: '专业名称不规范，请改为 会计学。' });

  await page.goto(`${scene.url}/my`);
  await page.getByText('理由：专业名称不规范，请改为 会计学。').waitFor();
  await scene.shot('20-returned');
  await link(page, /去修改/);
  await page.getByText('退回理由：专业名称不规范').waitFor();
  await link(page, /职称$/);
  await page.getByLabel('专业').fill('会计学');
  await link(page, /核对提交/);
  await page.getByText('会计学', { exact: true }).waitFor();
  await press(page, '提交申请');
  await page.getByText('已提交，等待下一级审核').waitFor();
  const seen = (await (await scene.desk('examBody')).get(`/api/applications/${id}`)).body as {
    round: number;
    state: string;
    claim: { specialty: string };
  };

  t.deepEqual([seen.round, seen.state, seen.claim.specialty], [2, 'EXAM_REVIEW', '会计学']);
  await page.reload();
  await page.getByText('专业名称不规范，请改为 会计学。').waitFor();
});

inBrowser(
  'what the employer entered is confirmed by its holder, or sent back with what is wrong',
  async (t, scene) => {
    const { page, person } = scene;
    const employer = await scene.desk('employer');
    const content = {
      ...{
        name: '张明远',
        gender: '男',
        idType: '居民身份证',
        ...person,
        employerCode: unitCode('employer'),
      },
      ...{
        series: '工程技术人员',
        specialty: '建筑结构设计',
        level: '中级',
        qualification: '工程师',
        obtainedOn: '2021-07-09',
      },
    };
    const draft = (await employer.post('/api/applications', { route: 2, content })).body as {
      id: string;
      version: number;
    };
    await employer.post(`/api/applications/${draft.id}/submit`, { version: draft.version });

    await signIn(scene);
    await page.getByText('还有 10 天，8 月 12 日 24:00 前').waitFor();
    await scene.shot('21-to-confirm');
    await link(page, /去核对/);
    await press(page, '内容有误，退回单位');
    await page.getByLabel('哪里不对').fill('专业应为建筑设计。');
    await page.getByRole('dialog').getByRole('button', { name: '内容有误，退回单位' }).click();
    await page.getByText('已退回单位修改').waitFor();
    const back = (await employer.get(`/api/applications/${draft.id}`)).body as {
      version: number;
      state: string;
      reason: string;
    };
    t.deepEqual([back.state, back.reason], ['RETURNED', '专业应为建筑设计。']);
    await employer.put(`/api/applications/${draft.id}/content`, {
      version: back.version,
      content: { ...content, specialty: '建筑设计' },
    });
    await employer.post(`/api/applications/${draft.id}/submit`, { version: back.version + 1 });
    await page.reload();
    await press(page, '内容无误，确认');
    await scene.shot('22-confirm');
    await page.getByRole('dialog').getByRole('button', { name: '内容无误，确认' }).click();
    await page.getByText('已确认，交用人单位审核').waitFor();

    t.is(
      ((await employer.get(`/api/applications/${draft.id}`)).body as { state: string }).state,
      'EMPLOYER_REVIEW',
    );
  },
);

inBrowser('an application is withdrawn after asking, and its pass waits anew', async (t, scene) => {
  const { page, url } = scene;
  await submitPass(scene);

  await press(page, '撤回申请');
  await page.getByText('撤回后这份申请就结束了').waitFor();
  await page.keyboard.press('Escape');
  t.is(await page.getByRole('dialog').count(), 0);
  await press(page, '撤回申请');
  await page.getByRole('dialog').getByRole('button', { name: '撤回申请' }).click();
  await page.getByText('已撤回').waitFor();
  await page.goto(`${url}/my`);

  await page.getByRole('link', { name: /去申领/ }).waitFor();
  t.true(await page.getByText('撤回', { exact: true }).isVisible());
});

inBrowser(
  'the reserved phone is changed by a code to the new one, and only soon after signing in',
  async (t, scene) => {
    const { page, world } = scene;
    await aPassFor(scene);
    await signIn(scene, '/my/account');
    await page.getByText('199****1001').waitFor();
    await scene.goTo(scene.now() + 11 * 60);

    await press(page, '更换手机');
    await page.getByLabel('新的手机号码').fill('19900002002');
    await press(page, '向新手机发验证码');
    await page.getByText('须在登录后 10 分钟内办理').waitFor();
    await press(page, '重新登录');
    await page.getByRole('heading', { name: '登录' }).waitFor();
    await signIn(scene, '/my/account');
    await press(page, '更换手机');
    await page.getByLabel('新的手机号码').fill('19900002002');
    await press(page, '向新手机发验证码');
    await page.getByLabel('新手机收到的验证码').waitFor();
    await page.getByLabel('新手机收到的验证码').fill(await codeTo(scene, '19900002002'));
    await scene.shot('28-phone');
    await press(page, '更换手机');
    await page.getByText('已更换为 199****2002').waitFor();

    t.regex((await newestMessageTo(world, scene.person.phone)) ?? '', /已改为尾号 2002/);
  },
);

inBrowser(
  'words and time are the same for a person nobody knows by that phone, and the code can be asked for again after a minute',
  async (t, scene) => {
    const { page, url, person } = scene;
    await aPassFor(scene);
    await page.goto(`${url}/my`);
    await page.getByLabel('证件号码').fill(person.idNumber);
    await page.getByLabel('预留手机号码').fill('19911112222');
    await press(page, '获取验证码');
    await page.getByText('如果证件号码与预留手机相符，验证码已发到 19911112222').waitFor();
    t.is(await page.getByLabel('短信验证码').getAttribute('autocomplete'), 'one-time-code');
    t.is(await page.getByRole('button', { name: '60 秒后可重新获取' }).getAttribute('aria-disabled'), 'true');
    await page.getByLabel('短信验证码').fill('000000');
    await page.getByText('验证码不对或已失效').waitFor();
    await scene.goTo(scene.now() + 61);
    await page.getByRole('button', { name: '重新获取' }).waitFor();
    await scene.shot('29-code');
  },
);

inBrowser(
  'a revoked certificate says why and how to appeal, and is neither shown nor shared any more',
  async (t, scene) => {
    const { page, url } = scene;
    const id = await submitPass(scene);
    await decide(scene, 'examBody', { id, decision: 'approve' });
    await certified(scene, { id, by: 'examBody' });
    await scene.goTo(COLLECTION);
    await page.goto(`${url}/my`);
    await signIn(scene);
    await link(page, /可以领取了/);
    await page.getByRole('button', { name: '显示证书' }).waitFor();
    const number = /[A-E]12\d{11}/.exec(page.url())?.[0] ?? '';
    const wanted = { kind: 'REVOKE', reason: 'EXAM_INVALID', document: '津人社撤字〔2021〕1号（测试）' };
    const proposed = await (await scene.desk('handler')).post(`/api/certificates/${number}/changes`, wanted);
    const { id: change, digest } = proposed.body as { id: string; digest: string };
    const decided = await (
      await scene.desk('approver')
    ).post(`/api/changes/${change}/decision`, { decision: 'confirm', digest });
    t.is(decided.status, 200, JSON.stringify(decided.body));

    await page.reload();
    await page.getByText('证书已撤销，不能再使用').waitFor();
    await scene.shot('30-revoked');

    t.true(await page.getByText('津人社撤字〔2021〕1号（测试）').isVisible());
    t.true(await page.getByText(/行政复议/).isVisible());
    t.is(await page.getByRole('button', { name: /显示证书|下载|打印/ }).count(), 0);
    t.deepEqual(await violationsOn(page), []);
  },
);
