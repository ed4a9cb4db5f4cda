/** The way back in the console: the list stands as it was left, with its filter and the row that was opened. */
import type { Page } from 'playwright-core';
import { atDesk, enterDesk } from './desk-steps.ts';
import { tabTo, waiting } from './work-steps.ts';

/** The list has come back with that row as the one to go on from. */
async function standsAt(page: Page, id: string | undefined): Promise<void> {
  await page.locator(`[role=grid][aria-activedescendant="row-${id}"]`).waitFor();
}

atDesk(
  'the back button leads to the list with its filter, and to the row that was opened',
  async (t, scene) => {
    const { page } = scene;
    const made = await waiting(scene, 30);
    const [last, sought] = [made.at(-1), made.filter(({ name }) => name.startsWith('赵')).at(-1)];
    await enterDesk(scene, 'department');
    await page.getByText('共 30 件').waitFor();
    await tabTo(page, '[role=grid]');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `${last?.name}的申请` }).waitFor();
    await page.goBack();
    await standsAt(page, last?.id);

    await page.getByLabel('姓名').fill('赵');
    await page.getByText('符合筛选的 2 件').waitFor();
    await page.getByRole('link', { name: sought?.name ?? '' }).click();
    await page.getByRole('heading', { name: `${sought?.name}的申请` }).waitFor();
    await page.goBack();
    await standsAt(page, sought?.id);

    t.is(await page.getByLabel('姓名').inputValue(), '赵');
    t.true(await page.getByText('符合筛选的 2 件').isVisible());
    await page.goForward();
    await page.getByRole('heading', { name: `${sought?.name}的申请` }).waitFor();
  },
);
