/** The front door and the questions and answers in a real browser: what they lead to, by whatever screen and hand (WCAG 2.2 AA). */
import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { projectFile } from '../../src/shared/project.ts';
import { inBrowser, isTooWide, violationsOn } from './my-steps.ts';

/** The anchors that other pages and letters point to. */
const QUESTIONS = 16;

async function linksOn(page: Page): Promise<readonly string[]> {
  return page.$$eval('a[href]', links => links.map(link => (link as unknown as { href: string }).href));
}

inBrowser(
  'the front door leads first to the check of a certificate, and everybody else to theirs',
  async (t, scene) => {
    const { page, url } = scene;
    await page.goto(url);
    const check = page.getByRole('link', { name: '查验证书', exact: true });
    const box = await check.boundingBox();

    t.true((box?.y ?? Infinity) + (box?.height ?? 0) < 844, 'the check is on the first screen of a phone');
    t.true((box?.height ?? 0) >= 56);
    for (const path of ['/v', '/query', '/my', '/desk', '/help', '/feedback'])
      t.true((await linksOn(page)).includes(url + path), path);
    await check.click();
    t.is(new URL(page.url()).pathname, '/v');
  },
);

inBrowser(
  'every question has its place, and every place that a page points to is there',
  async (t, scene) => {
    const { page, url } = scene;
    await page.goto(url);
    const pointed = (await linksOn(page)).filter(link => link.includes('/help#'));
    await page.goto(`${url}/help`);
    const anchors = await page.$$eval('.answers section', all => all.map(each => each.id));

    t.deepEqual(
      anchors,
      Array.from({ length: QUESTIONS }, (_, at) => `q${at + 1}`),
    );
    for (const link of [...pointed, ...(await linksOn(page)).filter(each => each.includes('#q'))])
      t.true(anchors.includes(new URL(link).hash.slice(1)), link);
    await page.getByRole('link', { name: /纸质证书还有效吗/ }).click();
    t.true(await page.locator('#q14').isVisible());
  },
);

inBrowser('neither page needs a script, and paper shows every answer', async (t, scene) => {
  const { page, url } = scene;
  for (const file of ['index.html', 'help.html']) t.true(existsSync(projectFile(`public/app/${file}`)), file);
  for (const path of ['/', '/help']) {
    await page.goto(url + path);
    t.is(await page.locator('script').count(), 0, path);
  }
  await page.emulateMedia({ media: 'print' });
  t.is(await page.locator('.answers section:visible').count(), QUESTIONS);
  t.false(await page.locator('.contents').isVisible());
});

for (const width of [320, 390, 1280]) {
  inBrowser(
    `axe finds nothing on the front door and the help, and neither is wider than ${width} px`,
    async (t, { page, url, shot }) => {
      for (const [path, name] of [
        ['/', 'front'],
        ['/help', 'help'],
      ] as const) {
        await page.goto(url + path);
        t.deepEqual(await violationsOn(page), [], name);
        t.false(await isTooWide(page), name);
        await shot(`front-${name}`);
      }
    },
    { width, height: 800 },
  );
}
