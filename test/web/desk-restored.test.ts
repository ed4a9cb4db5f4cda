/** A restored backup at the console: every page says that nothing can be changed, and what is tried all the same is refused in words. */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { toCheckpoint } from '../../src/inspection/checkpoint.ts';
import { checkpointFile } from '../../src/inspection/kept-checkpoint.ts';
import { atDesk, enterDesk } from './desk-steps.ts';
import { isTooWide, violationsOn } from './my-steps.ts';

atDesk(
  'in a restored copy every page of the console says that it is read only',
  async (t, scene) => {
    const { page, url, world } = scene;
    const file = checkpointFile(world.config);
    const kept = toCheckpoint(readFileSync(file, 'utf8'));
    // as if more numbers had been given before the backup came back
    const register = { ...kept?.register, counters: { ...kept?.register?.counters, 'number-B2021': 40 } };
    writeFileSync(file, JSON.stringify({ ...kept, register }));
    while (!(await (await fetch(`${url}/readyz`)).text()).includes('readOnly')) await pause(50);

    await page.goto(`${url}/desk`);
    const banner = page.getByRole('banner').getByText(/由备份恢复，正在核对：现在只能查阅和导出/);
    await banner.waitFor();
    t.deepEqual(await violationsOn(page), []);
    await enterDesk(scene, 'administrator', '/desk/account');
    await banner.waitFor();
    await scene.shot('restored');
    t.deepEqual(await violationsOn(page), []);
    t.false(await isTooWide(page));
    await page.getByLabel('当前密码').fill(scene.people.administrator.password);
    await page.getByLabel('新密码', { exact: true }).fill('a quite new battery 77');
    await page.getByLabel('再写一遍新密码').fill('a quite new battery 77');
    await page.getByRole('button', { name: '修改密码' }).click();
    await page
      .getByRole('alert')
      .getByText(/现在只读：可以查阅和导出，不受理任何办理/)
      .waitFor();
  },
  { width: 320 },
);
