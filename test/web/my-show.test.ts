/** A certificate shown to others from the holder's pages: as PDF and print, by a share code, by a use copy; and who asked. */
import { readFileSync } from 'node:fs';
import { PDFDocument } from '@cantoo/pdf-lib';
import { readOneCode } from '../../src/certificate/read-image.ts';
import { reissue } from '../../src/issuance/key-life/reissue.ts';
import { anAct } from '../support/bureau.ts';
import { compromised, FIRST_MONTHS_KEY } from '../support/leaked.ts';
import { client } from '../support/people.ts';
import { aPassFor, certified, decide, signIn, type Scene } from './my-scene.ts';
import { COLLECTION, inBrowser, isTooWide, link, press, submitPass, violationsOn } from './my-steps.ts';

/** The person's certificate, issued, open and on the page. */
async function atCertificate(scene: Scene): Promise<void> {
  const { page, url } = scene;
  const id = await submitPass(scene);
  await decide(scene, 'examBody', { id, decision: 'approve' });
  await certified(scene, { id, by: 'examBody' });
  await scene.goTo(COLLECTION);
  await page.goto(`${url}/my`);
  await signIn(scene);
  await link(page, /可以领取了/);
  await page.getByRole('button', { name: '显示证书' }).waitFor();
}

inBrowser('the PDF is saved as it was issued, and the print is the certificate alone', async (t, scene) => {
  const { page } = scene;
  await atCertificate(scene);
  const [download] = await Promise.all([page.waitForEvent('download'), press(page, '下载 PDF')]);
  await press(page, '显示证书');
  await page.getByRole('img', { name: /职称证书/ }).waitFor();
  await page.emulateMedia({ media: 'print' });
  await scene.shot('print');

  const printed = await PDFDocument.load(await page.pdf({ format: 'A4', preferCSSPageSize: true }));
  t.is(printed.getPageCount(), 1);
  t.is(
    readFileSync(await download.path())
      .subarray(0, 5)
      .toString(),
    '%PDF-',
  );
  t.false(await page.getByRole('heading', { name: '分享码' }).isVisible());
  t.true(await page.getByRole('img', { name: /职称证书/ }).isVisible());
});

inBrowser(
  'a share code is shown once, opens the certificate for whoever has it, and ends when its holder says so',
  async (t, scene) => {
    const { page, url } = scene;
    await atCertificate(scene);
    await page.getByRole('heading', { name: '分享码' }).click();
    await press(page, '生成分享码');
    await page.getByText('请填写“用途”。').waitFor();
    await page.getByLabel('用途').fill('应聘某公司工程师');
    await press(page, '生成分享码');
    const shown = page.getByText(/^[2-9A-Z]{4}(-[2-9A-Z]{4}){3}$/);
    await shown.waitFor();
    await scene.shot('30-share-code');
    t.deepEqual(await violationsOn(page), []);
    const code = (await shown.textContent()) ?? '';
    const opened = await client(url).post('/api/share-codes/open', { code });
    await page.reload();
    await page.getByRole('heading', { name: '分享码' }).click();
    await page.getByText('已查看 1 次').waitFor();
    await press(page, '停用：应聘某公司工程师');
    await page.getByRole('dialog').getByRole('button', { name: '停用' }).click();
    await page.getByText('已失效，已查看 1 次').waitFor();
    const refused = await client(url).post('/api/share-codes/open', { code });

    t.is(opened.status, 200);
    t.is((refused.body as { code: string }).code, 'SHARE_CODE_INVALID');
    t.is(await page.getByText(code).count(), 0);
  },
);

inBrowser(
  'a use copy says what it is for, for whom and until when, and has a code of its own',
  async (t, scene) => {
    const { page } = scene;
    await atCertificate(scene);
    await page.getByRole('heading', { name: '加注副本' }).click();
    await page.getByLabel('仅限用于').fill('职称岗位聘用');
    await page.getByLabel('提供给').fill('天津滨河建筑设计研究院有限公司');
    await press(page, '生成加注副本');
    await page.getByText('生成后不能修改或删除').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: '生成加注副本' }).click();
    await page.getByText('第 1 份').waitFor();
    await scene.shot('31-use-copy');
    t.deepEqual(await violationsOn(page), []);
    t.false(await isTooWide(page));
    const [download] = await Promise.all([page.waitForEvent('download'), press(page, '下载图片：第 1 份')]);
    const text = await readOneCode(readFileSync(await download.path()));
    const own = await page.getByRole('link', { name: '打开查验页' }).getAttribute('href');

    t.not(text, own ?? '');
  },
);

inBrowser(
  'a certificate whose key is revoked says so and offers nothing that would be refused, until its next version',
  async (t, scene) => {
    const { page, url, world } = scene;
    await atCertificate(scene);
    await compromised(world);
    await page.reload();
    await page.getByText('签名密钥已作废，等待换发').waitFor();
    await scene.shot('33-key-revoked');

    t.true(await page.getByText('您的职称不受影响').isVisible());
    for (const name of ['显示证书', '下载 PDF', '下载图片（PNG）', '打印'])
      t.is(await page.getByRole('button', { name }).count(), 0, name);
    for (const name of ['分享码', '加注副本'])
      t.is(await page.getByRole('heading', { name, exact: true }).count(), 0, name);
    t.is(await page.getByText('证书有效').count(), 0);
    t.deepEqual(await violationsOn(page), []);
    await page.goto(`${url}/my`);
    await page.getByText('签名密钥已作废，等待换发').waitFor();
    t.is(await page.getByText('可以领取了').count(), 0);

    const options = { unprintable: () => [] };
    await reissue(world, anAct(scene.now()), { number: FIRST_MONTHS_KEY, options });
    await page.reload();
    await link(page, /可以领取了/);
    await page.getByText('第 2 版').waitFor();
    t.true(await page.getByRole('button', { name: '显示证书' }).isVisible());
    t.is(await page.getByText('签名密钥已作废').count(), 0);
  },
);

inBrowser('who asked, who verified and who looked is told in words', async (t, scene) => {
  const { page } = scene;
  const id = await aPassFor(scene);
  await decideNothing(scene, id);
  await signIn(scene, '/my/asked');
  await page.getByText('没有机构核验过').waitFor();
  await page.getByText('考试机构：天津市人事考试中心（测试）').waitFor();
  await scene.shot('32-asked');

  t.true(await page.getByText('没有人这样查询过').isVisible());
  t.true(await page.getByText('查看了申请，2 次').isVisible());
});

/** The exam body looks twice and does nothing. */
async function decideNothing(scene: Scene, id: string): Promise<void> {
  const examBody = await scene.desk('examBody');
  for (const _ of [1, 2]) await examBody.get(`/api/applications/${id}`);
}
