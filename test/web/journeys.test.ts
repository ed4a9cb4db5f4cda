/** Routes 2 and 4 from the holder's phone to the certificate that anybody may check, through every desk by its pages (R10, R13, R15–R17). */
import { nameOf } from '../applications/a-city.ts';
import {
  attaches,
  begins,
  bureauIssues,
  collects,
  decides,
  holderEnters,
  journey,
  opens,
  picks,
  sitsDown,
  submits,
  tap,
  uploads,
  writesTitle,
} from './journey-steps.ts';
import { atStep, NEXT, press, violationsOn } from './my-steps.ts';

const NAME = '欧阳明远';
const REVIEW_BODY = '中国建筑学会工程师职称评审委员会（测试）';

journey(
  'an appointment is returned, mended, passed, uploaded, checked, approved, and collected (route 2)',
  async (t, { phone, desk }) => {
    const { page } = phone;
    await holderEnters(phone);
    await begins(phone, '单位自主聘任取得', NAME);
    await picks(phone, '用人单位', '滨河');
    await tap(page, NEXT);
    await atStep(page, 3);
    await writesTitle(phone, '结构');
    await page.getByLabel('取得资格时间').fill('2021-07-09');
    await attaches(phone, '聘任文件', '聘任书.png');
    await tap(page, NEXT);
    await atStep(page, 5);
    await submits(phone, nameOf('employer'));

    await sitsDown(desk, 'employer');
    await opens(desk, NAME);
    await desk.page.getByLabel('意见').fill('专业请写规范名称：建筑结构设计。');
    await decides(desk, '退回修改', NAME);
    await desk.shot('returned');

    await tap(page, '首页');
    await page.getByText('理由：专业请写规范名称').waitFor();
    await tap(page, /去修改/);
    await page.getByText('退回理由：专业请写规范名称').waitFor();
    await tap(page, /职称$/);
    await page.getByLabel('专业').fill('建筑结构设计');
    await tap(page, NEXT);
    await atStep(page, 4);
    await tap(page, NEXT);
    await atStep(page, 5);
    await submits(phone, nameOf('employer'));

    await desk.page.getByRole('button', { name: '刷新' }).click();
    await opens(desk, NAME);
    await desk.page.getByText('原来：结构').waitFor();
    t.deepEqual(await violationsOn(desk.page), []);
    await decides(desk, '通过', NAME);
    await sitsDown(desk, 'department');
    await opens(desk, NAME);
    await decides(desk, '通过', NAME);
    await uploads(desk, 1);
    await bureauIssues(desk, NAME);
    await collects(t, { phone, desk });
  },
);

journey(
  'a review by an entrusted committee comes with its letter, and its certificate names that committee (route 4)',
  async (t, { phone, desk }) => {
    const { page } = phone;
    await holderEnters(phone);
    await begins(phone, '委托外地或部委评审取得', NAME);
    await picks(phone, '用人单位', '滨河');
    await tap(page, NEXT);
    await atStep(page, 3);
    await writesTitle(phone, '建筑结构设计');
    await page.getByLabel('评审机构').fill(REVIEW_BODY);
    await page.getByLabel('委托函文号').fill('津人社委函〔2021〕7号（测试）');
    await page.getByLabel('取得资格时间').fill('2021-06-20');
    await attaches(phone, '委托函', '委托函.png');
    await tap(page, NEXT);
    await atStep(page, 5);
    await tap(page, '提交申请');
    await page.getByRole('heading', { name: /处需要改正/ }).waitFor();
    await phone.shot('result-missing');
    await tap(page, /^材料：/);
    await atStep(page, 4);
    await attaches(phone, '评审结果文件', '评审结果.png');
    await tap(page, NEXT);
    await atStep(page, 5);
    await submits(phone, nameOf('employer'));

    await sitsDown(desk, 'employer');
    await opens(desk, NAME);
    await decides(desk, '通过', NAME);
    await sitsDown(desk, 'department');
    await opens(desk, NAME);
    await press(desk.page, '查看：委托函.png');
    await desk.page.getByRole('img', { name: '委托函.png' }).waitFor();
    await desk.page.getByText('津人社委函〔2021〕7号（测试）').waitFor();
    await decides(desk, '通过', NAME);
    await uploads(desk, 1);
    await bureauIssues(desk, NAME);
    await collects(t, { phone, desk });

    t.true(await page.getByText(REVIEW_BODY, { exact: true }).isVisible());
  },
);
