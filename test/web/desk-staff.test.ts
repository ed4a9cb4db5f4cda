/** An employer's own people and their certificates at the console (R34). */
import { readFile } from 'node:fs/promises';
import { aPassFor, certified, decide } from './my-scene.ts';
import { idNumberOf, someCells } from '../support/bureau.ts';
import { atDesk, endSession, enterDesk, fillSignIn } from './desk-steps.ts';
import { COLLECTION, isTooWide, press, violationsOn } from './my-steps.ts';
import { signInHolder, client } from '../support/people.ts';
import { codeOf } from '../applications/a-city.ts';

atDesk(
  'an employer enters its people, what was typed outlives the session, and a leaver is asked about',
  async (t, scene) => {
    const { page } = scene;
    await enterDesk(scene, 'employer', '/desk/staff');
    await page.getByText('还没有登记在职人员。').waitFor();
    await press(page, '登记在职人员');
    await press(page, /^登记$/);
    await page.getByText('请填写“姓名”。').waitFor();
    t.deepEqual(await violationsOn(page), []);
    await page.getByLabel('姓名', { exact: true }).fill('张明远');
    await page.getByLabel('证件号码').fill('12345');
    await press(page, /^登记$/);
    await page.locator('#new-id-error').waitFor();
    await page.getByLabel('证件号码').fill(idNumberOf(1));
    await endSession(scene);
    await press(page, /^登记$/);
    await page.getByRole('heading', { name: '登录已结束，请重新登录' }).waitFor();
    await scene.goTo(scene.now() + 61);
    await fillSignIn(scene, 'employer');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: /^登记$/ }).dblclick();
    await page.getByText('已登记 张明远。').waitFor();
    await page.getByRole('row', { name: /张明远/ }).waitFor();
    t.is(await page.getByRole('row', { name: /张明远/ }).count(), 1);
    await scene.shot('staff');
    t.deepEqual(await violationsOn(page), []);

    await press(page, '办理离职：张明远');
    await page.getByText(/次日起本单位不能再查看/).waitFor();
    await scene.shot('staff-leaving');
    t.deepEqual(await violationsOn(page), []);
    await press(page, '确认离职');
    await page.getByText('已登记 张明远 在职至 2021 年 8 月 2 日。').waitFor();
    await page.setViewportSize({ width: 320, height: 800 });
    t.false(await isTooWide(page));
  },
);

atDesk(
  'own staff’s certificates are listed and exported with a reason, which the holder can see',
  async (t, scene) => {
    const { page, person } = scene;
    const id = await aPassFor(scene);
    const holder = client(scene.url, await signInHolder(scene.url, scene.world, person));
    const pass = (await holder.get(`/api/applications/${id}`)).body as { version: number };
    const draft = (await holder.post(`/api/applications/${id}/apply`, { version: pass.version })).body as {
      version: number;
      content: object;
    };
    const written = (
      await holder.put(`/api/applications/${id}/content`, {
        version: draft.version,
        content: { ...draft.content, archiveCode: codeOf('archive') },
      })
    ).body as { version: number };
    await holder.post(`/api/applications/${id}/submit`, { version: written.version });
    await decide(scene, 'examBody', { id, decision: 'approve' });
    await certified(scene, { id, by: 'examBody' });
    await scene.goTo(COLLECTION);
    const employer = await scene.desk('employer');
    const { 姓名: name } = someCells(1);
    await employer.post('/api/employments', { idNumber: person.idNumber, name, from: '2021-01-01' });

    await enterDesk(scene, 'employer', '/desk/staff-certificates');
    await page.getByRole('row', { name: /助理会计师/ }).waitFor();
    await scene.shot('staff-certificates');
    t.deepEqual(await violationsOn(page), []);
    await page.getByLabel(/按姓名、证书编号/).fill('没有这个人');
    await page.getByText('没有符合条件的证书。').waitFor();
    await page.getByLabel(/按姓名、证书编号/).fill('会计');
    await press(page, '导出表格');
    await press(page, /^导出$/);
    await page.getByText('请写明导出的用途，至少 3 个字。').waitFor();
    t.deepEqual(await violationsOn(page), []);
    await scene.shot('staff-export');
    await page.getByLabel('导出理由').fill('2021 年度岗位聘任核对');
    const [file] = await Promise.all([page.waitForEvent('download'), press(page, /^导出$/)]);
    t.regex(await readFile(await file.path(), 'utf8'), /助理会计师/);
    await page.getByText(/已导出 staff-certificates/).waitFor();
    await page.setViewportSize({ width: 320, height: 800 });
    t.false(await isTooWide(page));
  },
);
