/** Two hundred at once: what deserves a look is not ticked, every row has its answer, a reload or a double click does nothing twice. */
import { atDesk, enterDesk } from './desk-steps.ts';
import { press, violationsOn } from './my-steps.ts';
import { standings, tabTo, waiting } from './work-steps.ts';

atDesk('two hundred are passed and uploaded, those with warnings only after a look', async (t, scene) => {
  const { page } = scene;
  const made = await waiting(scene, 200, place =>
    place < 3 ? { course: { round: 2 } } : place === 3 ? { uploadLate: true } : {},
  );
  await enterDesk(scene, 'department');
  await page.getByText('共 200 件').waitFor();
  await tabTo(page, '[role=grid]');
  await page.keyboard.press('Control+a');
  await page.getByText('已选 200 件').waitFor();
  await scene.shot('bulk-chosen');
  await press(page, '通过');
  await page.getByText('4 件有提示或变化，排在前面，没有勾选').waitFor();
  await scene.shot('bulk-sheet');
  t.deepEqual(await violationsOn(page), []);
  t.is(await page.getByRole('row').nth(1).getByRole('checkbox').isChecked(), false);

  await press(page, '通过 196 件');
  await page.getByRole('dialog').getByRole('button', { name: '通过 196 件' }).dblclick();
  await page.reload();
  await page.getByText('196 件全部办好。').waitFor();
  await scene.shot('bulk-done');
  t.deepEqual(await violationsOn(page), []);
  const after = await standings(scene, made);
  t.is(after.filter(each => each === 'DEPT_REVIEW 2 passed').length, 196);
  t.is(after.filter(each => each === 'DEPT_REVIEW 1').length, 4);

  await press(page, '完成，返回待办');
  await page.getByText('共 4 件').waitFor();
  await press(page, /^待上传/);
  await page.getByText('共 196 件').waitFor();
  await press(page, '全部上传（196 件）');
  await page.getByText('2021 年 8 月批次：196 件').waitFor();
  await scene.shot('bulk-upload');
  await press(page, '上传市局 196 件');
  await page.getByRole('dialog').getByRole('button', { name: '上传市局 196 件' }).click();
  await page.getByText('196 件全部办好。').waitFor();
  t.is((await standings(scene, made)).filter(each => each === 'UPLOADED 3').length, 196);
});
