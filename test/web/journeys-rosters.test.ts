/** Routes 1 and 3 from the roster to the certificate that anybody may check, through every desk by its pages (R9, R12, R15–R17). */
import { countCertificates } from '../../src/certificate/store.ts';
import { newestMessageTo } from '../../src/messages/enqueue.ts';
import { nameOf, somePass } from '../applications/a-city.ts';
import { someCells } from '../support/bureau.ts';
import {
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
} from './journey-steps.ts';
import { atStep, NEXT, press } from './my-steps.ts';
import { csvOf, drop, MENDED, registerCommittee, SEVEN_FAULTS } from './roster-steps.ts';

const { 姓名: NAME = '' } = someCells(1);

journey(
  'a roster with seven faults is mended at its cells and filed, and its people collect without applying (route 1)',
  async (t, { phone, desk }) => {
    const { page } = desk;
    await registerCommittee(desk);
    await sitsDown(desk, 'organiser');
    await page.getByRole('link', { name: '上传名册' }).click();
    await drop(page, '七月评审.csv', csvOf(SEVEN_FAULTS));
    await page.getByRole('heading', { name: /6 行有错误，共 7 处/ }).waitFor();
    for (const [line, column, text] of MENDED)
      await page.getByRole('textbox', { name: `第 ${line} 行 ${column}` }).fill(text);
    await press(page, '第 8 行：不要这一行');
    await page.getByText('已改 7 / 7 处').waitFor();
    await press(page, '重新核对');
    await page.getByRole('button', { name: '上传 6 人' }).dblclick();
    await page.getByRole('heading', { name: '名册已受理' }).waitFor();

    await bureauIssues(desk, NAME, 6);
    t.is(await countCertificates(desk.world.db), 6);
    await holderEnters(phone);
    await collects(t, { phone, desk });
  },
);

journey(
  'whoever passed an examination is told, applies on the phone, and collects (route 3)',
  async (t, { phone, desk }) => {
    const { page, world, person } = phone;
    await sitsDown(desk, 'examBody');
    await desk.page.getByRole('link', { name: '上传名册' }).click();
    await drop(desk.page, '通过名单.csv', csvOf([somePass()]));
    await press(desk.page, '上传 1 人');
    await desk.page.getByText('已向新受理的人员发出短信，由本人登录申领。').waitFor();
    t.regex((await newestMessageTo(world, person.phone)) ?? '', /申领/);

    await holderEnters(phone);
    await page.getByText('考试已通过，可以申领证书').waitFor();
    await tap(page, '我能申请什么');
    await tap(page, '申领：助理会计师');
    await tap(page, '申领这项资格');
    await atStep(page, 1);
    await tap(page, NEXT);
    await atStep(page, 2);
    await picks(phone, '档案存放机构', '津门区人力资源服务中心');
    for (const place of [3, 4, 5]) {
      await tap(page, NEXT);
      await atStep(page, place);
    }
    await submits(phone, nameOf('examBody'));

    await sitsDown(desk, 'examBody');
    await opens(desk, NAME);
    await decides(desk, '通过', NAME);
    await uploads(desk, 1);
    await bureauIssues(desk, NAME);
    await collects(t, { phone, desk });
  },
);
