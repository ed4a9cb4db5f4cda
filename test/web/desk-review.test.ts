/** What a reviewer sees of one application: its papers in the page, what changed since it came last, and the way back from a check. */
import { createHash } from 'node:crypto';
import { addFile } from '../../src/applications/attachment/store.ts';
import { rewriteApplication } from '../../src/applications/store.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { aPdf, aScan } from '../applications/attachment/some-files.ts';
import { now, uploaded, put } from '../review/a-case.ts';
import { JULY_30 } from '../support/bureau.ts';
import { atDesk, enterDesk } from './desk-steps.ts';
import { decide, type Scene } from './my-scene.ts';
import { press, violationsOn } from './my-steps.ts';
import { standings, waiting } from './work-steps.ts';

atDesk('papers are shown in the page, and what was mended stands beside what it was', async (t, scene) => {
  const { page, world } = scene;
  const [first] = await waiting(scene, 1);
  if (!first) return t.fail();
  await withPapers(scene, first.id);
  await decide(scene, 'department', { id: first.id, decision: 'return', opinion: '专业与聘任文件不一致' });
  const back = await now(world, first);
  const turn = { kind: 'department', organisationId: scene.people.department.organisationId } as const;
  const course = { ...back.course, round: 2, turn, reason: undefined };
  const mended = { ...back, state: 'DEPT_REVIEW', specialty: '岩土工程', course } as const;
  await inTransaction(world.db, tx => rewriteApplication(tx, world, mended));

  await enterDesk(scene, 'department', `/desk/applications/${first.id}`);
  await page.getByText('原来：建筑结构设计').waitFor();
  await press(page, '查看：聘任文件.pdf');
  await page.getByText('第 1 页，共 2 页').waitFor();
  await press(page, '下一页');
  await page.getByRole('img', { name: '聘任文件.pdf 第 2 页，共 2 页' }).waitFor();
  await page.waitForFunction('document.querySelector("canvas").width === 600');
  await press(page, '查看：证件.png');
  await page.getByRole('img', { name: '证件.png' }).waitFor();
  await scene.shot('work-papers');

  t.true(await page.getByText('岩土工程').isVisible());
  t.true(await page.getByText('曾被退回后重新上报。').isVisible());
  t.deepEqual(await violationsOn(page), []);
});

atDesk('a check is undone at once; a proposal to reject is decided by another person', async (t, scene) => {
  const { page } = scene;
  const course = { departmentId: scene.people.department.organisationId };
  const made = ['甲', '乙'].map((name, place) =>
    uploaded({
      name,
      printedName: name,
      batchMonth: '2021-08',
      course: { ...course, changedAt: JULY_30 + place },
    }),
  );
  await put(scene.world, made);
  await enterDesk(scene, 'handler', '/desk/work');
  await page.getByRole('link', { name: '甲' }).click();
  await press(page, '核对无误');
  await page.getByText('甲：已办理“核对无误”。').waitFor();
  await page.getByRole('heading', { name: '乙的申请' }).waitFor();
  await scene.shot('work-next');
  t.deepEqual(await standings(scene, made), ['BUREAU_CHECK 2', 'UPLOADED 1']);
  await press(page, '撤回核对');
  await page.getByText('甲：已倒回待核对。').waitFor();
  await press(page, '提出不予通过');
  await page.getByText('请写明理由，至少 2 个字。').waitFor();
  await page.getByLabel('意见').fill('不具备聘任资格');
  await press(page, '提出不予通过');
  await page.getByRole('dialog').getByRole('button', { name: '提出不予通过' }).click();
  await page.getByText('乙：已办理“提出不予通过”。').waitFor();
  t.deepEqual(await standings(scene, made), ['UPLOADED 3', 'BUREAU_CHECK 2']);

  await press(page, '退出登录');
  await page.getByLabel('账号').waitFor();
  await page.reload();
  await enterDesk(scene, 'approver', '/desk/work');
  await page.getByRole('link', { name: '乙' }).click();
  await page.getByText('经办人拟不予通过：不具备聘任资格').waitFor();
  await scene.shot('work-proposed');
  await page.getByLabel('意见').fill('同意经办意见，不具备聘任资格');
  await press(page, '不予通过');
  await page.getByRole('dialog').getByRole('button', { name: '不予通过' }).click();
  await page.getByText('没有拟不予通过的申请').waitFor();

  t.deepEqual(await standings(scene, made), ['UPLOADED 3', 'REJECTED 3']);
});

async function withPapers({ world, people }: Scene, applicationId: string): Promise<void> {
  const papers = [
    { name: '聘任文件.pdf', mediaType: 'application/pdf', bytes: await aPdf({ pages: 2 }) },
    { name: '证件.png', mediaType: 'image/png', bytes: new Uint8Array(await aScan()) },
  ] as const;
  for (const { bytes, ...paper } of papers) {
    const file = {
      ...paper,
      id: world.ids(),
      applicationId,
      purpose: 'APPOINTMENT',
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      addedAt: JULY_30,
      addedBy: people.employer.accountId,
    } as const;
    await inTransaction(world.db, tx => addFile(tx, world, { file, bytes }));
  }
}
