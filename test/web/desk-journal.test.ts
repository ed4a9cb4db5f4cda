/** The journal in the browser: searched, told in words, its chain checked and its checkpoint kept. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { MAY } from '../../src/accounts/role.ts';
import { toCheckpoint } from '../../src/inspection/checkpoint.ts';
import { projectFile } from '../../src/shared/project.ts';
import { ACTION_NAMES } from '../../src/web/desk/journal/words.ts';
import { atDesk, enterDesk } from './desk-steps.ts';
import { isTooWide, press, violationsOn } from './my-steps.ts';

atDesk('an auditor searches the journal, has the chain checked, and takes a checkpoint', async (t, scene) => {
  const { page, shot } = scene;
  await enterDesk(scene, 'auditor', '/desk/journal');
  await page.getByRole('cell', { name: /登录/ }).first().waitFor();
  await press(page, '核对全链');
  await page.getByText(/条全部成立/).waitFor();
  await page.getByRole('cell', { name: /核对审计链/ }).waitFor();
  await shot('journal');
  t.deepEqual(await violationsOn(page), [], 'journal');
  const waiting = page.waitForEvent('download');
  await press(page, '下载留存点');
  const file = await (await waiting).path();
  await page.getByLabel('事项', { exact: true }).selectOption('新建账号');
  await page
    .getByRole('cell', { name: /新建账号/ })
    .first()
    .waitFor();
  await page.getByLabel('起', { exact: true }).fill('2030-01-01');
  await press(page, '查找');
  await page.getByText('没有符合条件的记录。').waitFor();
  await press(page, '清空条件');
  await page.getByText('详细').first().click();
  await page
    .getByText(/本条哈希 [0-9a-f]{64}/)
    .first()
    .waitFor();

  t.not(toCheckpoint(readFileSync(file, 'utf8')), undefined);
  t.deepEqual(await violationsOn(page), [], 'entry');
  await page.setViewportSize({ width: 320, height: 800 });
  t.false(await isTooWide(page));
});

test('every action that the service writes into the audit has its words', t => {
  const root = projectFile('src');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    name => name.endsWith('.ts') && !/^(shared\/shapes|web)\//.test(name),
  );
  const written = files.flatMap(name =>
    [
      ...readFileSync(join(root, name), 'utf8').matchAll(
        /action(?:: | = |: [^,\n]*\? )'([a-z-]+\.[a-z-]+)'/gi,
      ),
    ].map(([, action = '']) => action),
  );

  const wordless = [...new Set(written)].filter(action => !(action in MAY) && !(action in ACTION_NAMES));
  t.true(written.length > 50);
  t.deepEqual(wordless, []);
});
