/** Scanning with a camera and reading files on `/v`: pictures, PDFs, several codes, and what cannot be read. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import QRCode from 'qrcode';
import sharp from 'sharp';
import { MAX_SYMBOLS } from '../../src/certificate/qr/reader-options.ts';
import { TEST_INDEX, type TestIssuer } from '../support/issuer.ts';
import { besides, codePng, film, gridOf, pdfWith, photographed, sealedPng } from './certificate-files.ts';
import {
  cutOff,
  DESK,
  give,
  inBrowser,
  openHome,
  shoot,
  shownVerdict,
  untilKept,
  type Visit,
} from './verify-support.ts';

/** A second certificate of the same issuer, which the tests revoke. */
const OTHER_INDEX = TEST_INDEX + 1;

const REEL = join(mkdtempSync(join(tmpdir(), 'zhicheng-camera-')), 'camera.mjpeg');
/** Chromium plays this file to whoever asks for a camera, and lets everybody have it. */
const FAKE_CAMERA = [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  `--use-file-for-fake-video-capture=${REEL}`,
];

async function cameraArgs(): Promise<readonly string[]> {
  // the camera opens its film when a page asks for it: until the case has written its own, any will do
  writeFileSync(REEL, await film(await QRCode.toBuffer('placeholder', { width: 560 })));
  return FAKE_CAMERA;
}

async function show(code: Buffer): Promise<void> {
  writeFileSync(REEL, await film(code));
}

async function startCamera({ page }: Visit): Promise<void> {
  await page.click('.way.first');
  await page.waitForSelector('.viewfinder video');
}

inBrowser(
  'the camera reads a certificate by itself, online and with the network off',
  async (t, visit) => {
    const { page, service } = visit;
    await show(await codePng(service.issuer.sign().qrText, 900));
    await openHome(visit);
    await untilKept(visit);

    await startCamera(visit);
    const online = await shownVerdict(page);
    await cutOff(visit);
    await page.goto(`${service.origin}/v`);
    await page.waitForSelector('.home');
    await shoot(page, 'home-offline');
    await startCamera(visit);
    const offline = await shownVerdict(page);

    t.is(online, 'valid');
    t.true(['valid', 'valid-as-of'].includes(offline), offline);
    t.deepEqual(visit.complaints, []);
  },
  { args: cameraArgs },
);

inBrowser(
  'a code that is not ours is named as such while the camera goes on, and followed nowhere',
  async (t, visit) => {
    const { page, service } = visit;
    await show(await QRCode.toBuffer('https://evil.example/v#01234567890', { width: 700 }));
    await openHome(visit);

    await startCamera(visit);

    await page.waitForSelector('.foreign-code');
    t.regex(await page.innerText('.foreign-code'), /不是本系统的二维码[\s\S]*evil\.example/);
    t.is(await page.locator('.foreign-code a').count(), 0);
    await shoot(page, 'camera-foreign');
    await page.click('.foreign-code button');
    t.is(await shownVerdict(page), 'not-ours');
    t.is(page.url(), `${service.origin}/v`);
  },
  { args: cameraArgs },
);

inBrowser(
  'while the camera looks, the page has its heading',
  async (t, visit) => {
    await openHome(visit);

    await startCamera(visit);

    t.deepEqual(await visit.page.locator('h1').allTextContents(), ['扫描二维码']);
  },
  { args: cameraArgs },
);

inBrowser(
  'the camera stops while the page is hidden and when scanning ends',
  async (t, visit) => {
    const { page } = visit;
    await show(await QRCode.toBuffer('nothing of ours', { width: 700 }));
    await openHome(visit);
    await startCamera(visit);
    await page.waitForSelector('.foreign-code');
    const isLive = `document.querySelector('video').srcObject.getTracks().some(track => track.readyState === 'live')`;
    const before = await page.evaluate(isLive);

    await page.evaluate(
      `Object.defineProperty(document, 'hidden', { value: true, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))`,
    );

    t.true(before);
    t.false(await page.evaluate(isLive));
    t.regex(await page.innerText('.aim'), /摄像头已关闭/);
    await shoot(page, 'camera-paused');
  },
  { args: cameraArgs },
);

const REFUSALS = [
  ['refused', 'NotAllowedError', /没有获得摄像头权限/],
  ['absent', 'NotFoundError', /没有找到摄像头/],
  ['busy', 'NotReadableError', /正被其他程序占用/],
] as const;
for (const [name, error, words] of REFUSALS) {
  inBrowser(`a camera that is ${name} is explained, and files still work`, async (t, visit) => {
    const { page, service } = visit;
    await page.addInitScript(
      `navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '${error}'))`,
    );
    await openHome(visit);

    await page.click('.way.first');

    t.regex(await page.innerText('.camera-fault'), words);
    await shoot(page, `camera-${name}`);
    const { qrText } = service.issuer.sign();
    await give(visit, { name: 'code.png', type: 'image/png', bytes: await codePng(qrText, 600) });
    t.is(await shownVerdict(page), 'valid');
  });
}

inBrowser('the original electronic file is called so, beside the verdict on its code', async (t, visit) => {
  const { page, service } = visit;
  const png = await sealedPng(service.issuer, service.issuer.sign());
  await openHome(visit);

  await give(visit, { name: '职称证书.png', type: 'image/png', bytes: png });

  t.is(await shownVerdict(page), 'valid');
  t.is(await page.getAttribute('[data-original]', 'data-original'), 'original');
  t.regex(await page.innerText('.file-finding'), /原始电子文件，签章完好/);
  t.deepEqual(visit.complaints, []);
  await shoot(page, 'original');
  await page.setViewportSize(DESK);
  await shoot(page, 'original-desk');
});

inBrowser(
  'a photograph of a printout is no original, and its code is genuine all the same',
  async (t, visit) => {
    const { page, service } = visit;
    const photo = await photographed(await sealedPng(service.issuer, service.issuer.sign()));
    await openHome(visit);

    await give(visit, { name: 'IMG_0001.jpg', type: 'image/jpeg', bytes: photo });

    t.is(await shownVerdict(page), 'valid');
    t.is(await page.getAttribute('[data-original]', 'data-original'), 'not-original');
    t.regex(
      await page.innerText('.file-finding'),
      /非原始电子文件（截图、翻拍、转换件无效），请以本系统查验结果为准/,
    );
    await shoot(page, 'photo');
  },
);

inBrowser('a revoked original stays revoked', async (t, visit) => {
  const { page, service } = visit;
  service.trust = service.issuer.trustWith({ revoked: [TEST_INDEX] });
  const png = await sealedPng(service.issuer, service.issuer.sign());
  await openHome(visit);

  await give(visit, { name: 'a.png', type: 'image/png', bytes: png });

  t.is(await shownVerdict(page), 'revoked');
  t.is(await page.getAttribute('[data-original]', 'data-original'), 'original');
});

inBrowser(
  'a PDF of several pages is read, also with the network off once it was loaded',
  async (t, visit) => {
    const { page, service } = visit;
    const pdf = await pdfWith(await sealedPng(service.issuer, service.issuer.sign()), { page: 3, of: 4 });
    await openHome(visit);
    await untilKept(visit);

    await give(visit, { name: '证书.pdf', type: 'application/pdf', bytes: pdf });
    const online = await shownVerdict(page);
    await cutOff(visit);
    await page.goto(`${service.origin}/v`);
    await page.waitForSelector('.home');
    await give(visit, { name: '证书.pdf', type: 'application/pdf', bytes: pdf });
    const offline = await shownVerdict(page);

    t.is(online, 'valid');
    t.true(['valid', 'valid-as-of'].includes(offline), offline);
    t.deepEqual(visit.complaints, []);
  },
);

inBrowser('of a PDF of 500 pages the first 20 are looked at, and the page says so', async (t, visit) => {
  const { page, service } = visit;
  const code = await sealedPng(service.issuer, service.issuer.sign());
  const bytes = await pdfWith(code, { page: 2, of: 500 });
  await openHome(visit);

  await give(visit, { name: 'long.pdf', type: 'application/pdf', bytes });

  t.is(await shownVerdict(page), 'valid');
  t.regex(await page.innerText('.first-pages'), /共 500 页，只查看了前 20 页/);
  await shoot(page, 'pdf-500');
});

inBrowser(
  'several codes in one picture each have their verdict, ours first, and none is chosen',
  async (t, visit) => {
    const { page, service } = visit;
    service.trust = service.issuer.trustWith({ revoked: [OTHER_INDEX] });
    const good = service.issuer.sign();
    const bad = service.issuer.sign({ index: OTHER_INDEX });
    const foreign = await QRCode.toBuffer('https://evil.example/pay', { width: 700 });
    const codes = [foreign, await codePng(bad.qrText, 700), await codePng(good.qrText, 700)];
    await openHome(visit);

    await give(visit, { name: 'three.png', type: 'image/png', bytes: await besides(codes, 700) });

    await page.waitForSelector('.several');
    const verdicts = await page
      .locator('[data-code-verdict]')
      .evaluateAll(rows => rows.map(row => row.getAttribute('data-code-verdict')));
    t.deepEqual([...verdicts].sort(), ['not-ours', 'revoked', 'valid']);
    t.is(verdicts[2], 'not-ours');
    t.is(await page.locator('.verdict').count(), 0);
    await shoot(page, 'several');
    await page.locator('.code-row', { has: page.locator('[data-code-verdict=revoked]') }).click();
    t.is(await shownVerdict(page), 'revoked');
  },
);

inBrowser('of a page with more codes than are read it is said that some may be missing', async (t, visit) => {
  const { page, service } = visit;
  const signed = Array.from({ length: MAX_SYMBOLS + 1 }, (_, index) => service.issuer.sign({ index }).qrText);
  const codes = await Promise.all(signed.map(text => codePng(text, 330)));
  const picture = await gridOf(codes, 330);
  await openHome(visit);

  await give(visit, { name: 'many.png', type: 'image/png', bytes: picture });

  await page.waitForSelector('.several');
  t.true((await page.locator('.code-row').count()) >= MAX_SYMBOLS);
  t.regex(await page.innerText('.crowded'), /可能没有全部读出/);
});

inBrowser(
  'of several codes those of test certificates are marked, each in its row',
  async (t, visit) => {
    const { page, service } = visit;
    const foreign = await QRCode.toBuffer('https://evil.example/pay', { width: 700 });
    const codes = [await codePng(service.issuer.sign().qrText, 700), foreign];
    await openHome(visit);

    await give(visit, { name: 'two.png', type: 'image/png', bytes: await besides(codes, 700) });

    await page.waitForSelector('.several');
    t.deepEqual(await page.locator('.test-mark').allTextContents(), ['测试']);
  },
  { isTest: true },
);

inBrowser('a picture dropped or pasted on the page is read', async (t, visit) => {
  const { page, service } = visit;
  const picture = (await codePng(service.issuer.sign().qrText, 600)).toString('base64');
  const hand = (type: string, name: string): string =>
    `(async () => {
      const bytes = Uint8Array.from(atob('${picture}'), each => each.charCodeAt(0));
      const given = new DataTransfer();
      given.items.add(new File([bytes], 'code.png', { type: 'image/png' }));
      document.body.dispatchEvent(new ${type}('${name}', { bubbles: true, cancelable: true, dataTransfer: given, clipboardData: given }));
    })()`;
  await openHome(visit);

  await page.evaluate(hand('DragEvent', 'drop'));
  const dropped = await shownVerdict(page);
  await openHome(visit);
  await page.evaluate(hand('ClipboardEvent', 'paste'));
  const pasted = await shownVerdict(page);

  t.deepEqual([dropped, pasted], ['valid', 'valid']);
});

type Maker = (issuer: TestIssuer) => Promise<Uint8Array>;
const UNREADABLE: readonly (readonly [name: string, make: Maker, words: RegExp])[] = [
  [
    'a picture without a code',
    () =>
      sharp({ create: { width: 800, height: 600, channels: 3, background: '#777' } })
        .png()
        .toBuffer(),
    /没有找到可读取的二维码/,
  ],
  [
    'a file that is no picture',
    () => Promise.resolve(Buffer.from('%!PS-Adobe nothing of ours')),
    /不是可读取的图片或 PDF/,
  ],
  [
    'a drawing with a script',
    () =>
      Promise.resolve(
        Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>document.title=1</script></svg>'),
      ),
    /不是可读取的图片或 PDF/,
  ],
  [
    'a PDF that is cut off',
    async issuer =>
      (await pdfWith(await codePng(issuer.sign().qrText, 600), { page: 1, of: 1 })).slice(0, 300),
    /不是可读取的图片或 PDF|没有找到/,
  ],
  ['a picture of 256 million pixels', () => Promise.resolve(hugePng()), /文件过大/],
];
for (const [name, make, words] of UNREADABLE) {
  inBrowser(`${name} is explained, and nothing is said of a certificate`, async (t, visit) => {
    const { page, service } = visit;
    const bytes = await make(service.issuer);
    await openHome(visit);

    await give(visit, { name: 'strange.png', type: 'image/png', bytes });

    t.regex(await page.innerText('.file-fault'), words);
    t.is(await page.locator('.verdict').count(), 0);
    t.deepEqual(visit.complaints, []);
  });
}

/** Says 16,000 × 16,000 in its header; there is nothing behind it. */
function hugePng(): Uint8Array {
  const bytes = Buffer.alloc(64);
  bytes.set([137, 80, 78, 71, 13, 10, 26, 10]);
  bytes.writeUInt32BE(13, 8);
  bytes.write('IHDR', 12, 'latin1');
  bytes.writeUInt32BE(16_000, 16);
  bytes.writeUInt32BE(16_000, 20);
  return bytes;
}
