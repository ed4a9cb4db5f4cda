/** The bureau's month by its pages: a release by another person followed to its end, the switch, and a batch that changed underneath. */
import { countCertificates } from '../../src/certificate/store.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { resumeReleases } from '../../src/issuance/release/release.ts';
import { endLease, openBatch, takeLease } from '../../src/issuance/store.ts';
import { DomainError } from '../../src/shared/errors.ts';
import { startOf } from '../../src/shared/time.ts';
import { newAct } from '../../src/world.ts';
import { checked, put } from '../review/a-case.ts';
import { atDesk, enterDesk } from './desk-steps.ts';
import type { Scene } from './my-scene.ts';
import { isTooWide, press, violationsOn } from './my-steps.ts';

const MONTH = '2021-08';
/** One more than is signed together, twice: the release can stand still in between. */
const ITEMS = 52;

/** That many checked items of August, some of them with something to look at. */
async function checkedItems({ world, people }: Scene, count: number): Promise<readonly string[]> {
  const titles = [
    ['A', '正高级工程师'],
    ['B', '高级工程师'],
    ['C', '工程师'],
    ['D', '助理工程师'],
    ['E', '技术员'],
  ] as const;
  const course = { checkedBy: people.handler.accountId, departmentId: people.department.organisationId };
  const applications = Array.from({ length: count }, (_, place) => {
    const [level, qualification] = titles[place % titles.length] ?? titles[0];
    return checked({
      batchMonth: MONTH,
      route: place % 3 === 0 ? 2 : 4,
      level,
      qualification,
      uploadedAt: startOf('2021-08-02'),
      uploadLate: place === 1,
      ...(place === 1 ? { uploadDeadline: '2021-07-30' } : {}),
      course: place === 2 ? { ...course, carriedFrom: '2021-07' } : course,
    });
  });
  await put(world, applications);
  return applications.map(({ id }) => id);
}

/** Another process holds the month's lease: what is approved waits. @returns gives it back */
async function anotherProcess({ world, now }: Scene): Promise<() => Promise<void>> {
  const lease = await inTransaction(world.db, async tx => {
    const { id } = await openBatch(tx, world.db, { id: world.ids(), month: MONTH });
    const fence = await takeLease(tx, world.db, {
      batchId: id,
      owner: 'other',
      now: now(),
      until: now() + 9e6,
    });
    return { batchId: id, fence: fence ?? 0 };
  });
  return async () =>
    inTransaction(world.db, async tx => endLease(tx, world.db, { ...lease, releasedAt: undefined }));
}

/** Signs one group of the release and stands still. */
async function signSome({ world }: Scene): Promise<void> {
  await resumeReleases(world, newAct(world, 'system:releaser'), {
    unprintable: () => [],
    failpoint: name => {
      if (name === 'kept') throw new DomainError('ISSUANCE_STOPPED', '测试：到此为止');
    },
  });
}

async function approve({ page }: Scene, count: number): Promise<void> {
  await page.getByLabel(/我已查看以上汇总/).check();
  await press(page, `批准 ${count} 件`);
  await page.getByRole('dialog').getByRole('button', { name: '批准', exact: true }).click();
}

atDesk(
  'a release by another person is followed to its end, through a reload, a stop and a resumption',
  async (t, scene) => {
    const { page, url, shot, world } = scene;
    await checkedItems(scene, ITEMS);
    const giveBack = await anotherProcess(scene);
    await enterDesk(scene, 'approver', `/desk/month/${MONTH}`);
    await page.getByText(`${ITEMS} 件已核对，等待另一人批准。`).waitFor();
    await page.getByRole('cell', { name: '委托评审' }).first().waitFor();
    t.deepEqual(await violationsOn(page), [], 'month');
    await shot('month');

    await page.getByRole('link', { name: '查看批次与批准' }).click();
    await page.getByText('下列汇总正是待批准的').waitFor();
    await page.getByText('内容摘要').click();
    await page.getByText('查看详情').first().click();
    t.deepEqual(await violationsOn(page), [], 'batch');
    t.true(
      (await page.locator('.items > li').first().innerText()).includes('逾期上传'),
      'what deserves a look comes first',
    );
    await shot('batch');
    await press(page, `批准 ${ITEMS} 件`);
    await page.getByText('请先勾选上面的声明。').waitFor();
    await approve(scene, ITEMS);
    await page.getByText(`已批准 ${ITEMS} 件，正在制证。`).waitFor();
    await page.getByText(`0 / ${ITEMS} 件`).waitFor();
    await giveBack();
    await signSome(scene);
    const giveBackAgain = await anotherProcess(scene);
    await page.getByText(`50 / ${ITEMS} 件`).waitFor();

    await page.reload();
    await page.getByText(`50 / ${ITEMS} 件`).waitFor();
    t.deepEqual(await violationsOn(page), [], 'releasing');
    await shot('releasing');
    await page.goto(`${url}/desk/issuance`);
    await press(page, '暂停制证');
    await page.getByText('请填写“暂停的理由”。').waitFor();
    await page.getByLabel('暂停的理由').fill('抽查发现印章图样有误，正在核查');
    await press(page, '暂停制证');
    t.deepEqual(await violationsOn(page), [], 'stop');
    await page.getByRole('dialog').getByRole('button', { name: '暂停制证' }).click();
    await page.getByText('制证已暂停：抽查发现').waitFor();
    t.deepEqual(await violationsOn(page), [], 'stopped');
    await shot('issuance');
    await page.goto(`${url}/desk/month/${MONTH}`);
    await page.getByText('已制成的证书不受影响').waitFor();
    await shot('stopped');
    t.is(await countCertificates(world.db), 50);
    await giveBackAgain();
    await page.getByRole('link', { name: '去恢复制证' }).click();
    await page.getByLabel('恢复的理由').fill('已核实图样无误');
    await press(page, '恢复制证');
    await page.getByRole('dialog').getByRole('button', { name: '恢复制证' }).click();
    await page.getByText('制证正常').waitFor();
    await page.goto(`${url}/desk/month/${MONTH}`);
    await page.getByText(`本批 ${ITEMS} 件已全部处理完毕。`).first().waitFor();

    t.is(await countCertificates(world.db), ITEMS);
    t.false(await isTooWide(page));
  },
);

atDesk(
  'who approves sees what changed since, keeps what was written, and is told before the click that they checked it themselves',
  async (t, scene) => {
    const { page, url, shot, world, people } = scene;
    await checkedItems(scene, 4);
    await enterDesk(scene, 'approver', `/desk/month/${MONTH}/batch`);
    await page.getByText('下列汇总正是待批准的').waitFor();
    await page.getByLabel('意见').fill('抽查两件，无误。');
    await put(world, [
      checked({ batchMonth: MONTH, route: 3, level: 'A', course: { checkedBy: people.handler.accountId } }),
    ]);
    await approve(scene, 4);
    await page.getByText('批次在您打开之后有变化，尚未批准').waitFor();
    await page.getByText('待批准的申请由 4 件变为 5 件。').waitFor();
    await page.getByText('以考代评：0 件变为 1 件。').waitFor();

    t.is(await page.getByLabel('意见').inputValue(), '抽查两件，无误。');
    t.false(await page.getByLabel(/我已查看以上汇总/).isChecked());
    t.is(await countCertificates(world.db), 0);
    t.deepEqual(await violationsOn(page), []);
    t.false(await isTooWide(page));
    await shot('changed');
    await put(world, [checked({ batchMonth: MONTH, course: { checkedBy: people.approver.accountId } })]);
    await page.reload();
    await page.getByText('核对与批准须由两人办理').waitFor();
    t.is(await page.getByRole('button', { name: /^批准/ }).count(), 0);
    await page.goto(`${url}/desk/month/2021-09`);
    await page.getByText('这个月还没有申请上传到市局').waitFor();
    t.deepEqual(await violationsOn(page), []);
    t.false(await isTooWide(page));
    await shot('empty');
  },
  { width: 320 },
);
