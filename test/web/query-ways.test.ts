/** The other ways through the page for another person's certificate: share codes and links, rare names, English, a narrow screen. */
import { startOf } from '../../src/shared/time.ts';
import { makeShareCode } from '../../src/sharing/make-share-code.ts';
import { groupedCode } from '../../src/sharing/share-code.ts';
import { newAct } from '../../src/world.ts';
import { messagesSent, newestCode } from '../lookups/asking.ts';
import { actOf, aHolder } from '../support/actor.ts';
import { idNumberOf, JULY_30 } from '../support/bureau.ts';
import { compromised } from '../support/leaked.ts';
import {
  answerWith,
  askFor,
  ASKER,
  inBrowser,
  shoot,
  stateShown,
  widthOf,
  type Visit,
} from './query-visit.ts';

// R27
inBrowser(
  'a rare character of the name is drawn by the service, large and with its code point',
  async (t, visit) => {
    const { page, world } = visit;
    await askFor(visit);
    await answerWith(page, await newestCode(world));
    await page.waitForSelector('img.glyph');

    t.is(await page.getAttribute('img.glyph', 'src'), '/glyphs/U+2CB4E.svg');
    t.true(Number(await page.evaluate('document.querySelector("img.glyph").naturalWidth')) > 0);
    t.is(await page.textContent('.code-point'), 'U+2CB4E');
    await shoot(page, '11-rare');
  },
  { cells: { 姓名: '王𬭎' } },
);

/** A share code for the first person's certificate, on the day from which it can be collected. */
async function aShareCode({ world, facts, pass }: Visit): Promise<string> {
  pass(startOf('2021-08-15') + 10 * 3600 - JULY_30);
  const holder = actOf(aHolder(idNumberOf(1)), newAct(world, 'holder'));
  const wanted = { number: facts[0].number, purpose: ASKER.purpose, days: 30 };
  return groupedCode((await makeShareCode(world, holder, wanted)).code);
}

inBrowser(
  'a share link opens the certificate with its purpose and end, and leaves the address bar',
  async (t, visit) => {
    const { page, url, world } = visit;
    const code = await aShareCode(visit);

    await page.goto(`${url}/query#s=${code}`);

    t.is(await stateShown(page), 'VALID');
    t.is(page.url(), `${url}/query`);
    t.regex(
      (await page.textContent('.record')) ?? '',
      /仅为“岗位聘任核验”分享本证书，分享码有效期至2021年9月14日/,
    );
    t.is(await messagesSent(world), 0);
    await shoot(page, '12-shared');
    await page.goBack();
    await page.waitForSelector('[data-step=share]');
    t.is(page.url(), `${url}/query`);
    t.is(await page.inputValue('#share-code'), code);
  },
);

inBrowser(
  'a share code is taken as people type it; a wrong one is said beside the field and stays there',
  async (t, visit) => {
    const { page, url } = visit;
    const code = await aShareCode(visit);
    await page.goto(`${url}/query`);
    await page.click('#tab-share');
    await page.fill('#share-code', 'ABCD');
    await page.click('[data-step=share] button[type=submit]');
    const short = await page.textContent('#share-code-fault');
    await page.fill('#share-code', '2345-2345-2345-2345');
    await page.click('[data-step=share] button[type=submit]');
    await page.waitForSelector('#share-code-fault');
    const wrong = await page.textContent('#share-code-fault');
    const kept = await page.inputValue('#share-code');
    await shoot(page, '13-share-wrong');

    await page.fill('#share-code', ` ${code.toLowerCase().replaceAll('-', ' ')} `);
    await page.click('[data-step=share] button[type=submit]');

    t.regex(short ?? '', /16 位/);
    t.regex(wrong ?? '', /分享码不对或已失效/);
    t.is(kept, '2345-2345-2345-2345');
    t.is(await stateShown(page), 'VALID');
  },
);

inBrowser('a certificate whose key is revoked is shown as refused, never as valid', async (t, visit) => {
  const { page, url, world } = visit;
  const code = await aShareCode(visit);
  await compromised(world);

  await page.goto(`${url}/query#s=${code}`);

  t.is(await stateShown(page), 'KEY_REVOKED');
  const said = (await page.textContent('.shown')) ?? '';
  t.regex(said, /签名密钥已作废，等待换发.*不得采信/);
  t.notRegex(said, /证书有效/);
  await shoot(page, '15-key-revoked');
});

inBrowser('a share link with markup in it runs nothing and is no code', async (t, visit) => {
  const { page, url } = visit;

  await page.goto(`${url}/query#s=<img src=x onerror=alert(1)>`);
  await page.waitForSelector('#share-code-fault');

  t.is(await page.locator('main img').count(), 0);
  t.is(page.url(), `${url}/query`);
});

inBrowser('English is chosen at a tap and remembered for every public page', async (t, visit) => {
  const { page, url } = visit;
  await page.goto(`${url}/query`);
  await page.click('.language');
  await page.reload();
  await page.click('[data-step=facts] button[type=submit]');

  t.is(await page.getAttribute('html', 'lang'), 'en');
  t.is(await page.textContent('h1'), "Check another person's certificate");
  t.regex((await page.textContent('#number-fault')) ?? '', /Enter the certificate number/);
  t.is(await page.evaluate('localStorage.getItem("zhicheng.language")'), 'en');
  await shoot(page, '14-english');
});

inBrowser(
  'at 320 pixels no step of the page scrolls sideways',
  async (t, visit) => {
    const { page, world } = visit;
    const widths: unknown[] = [];
    const look = async (name: string): Promise<void> => {
      widths.push(await widthOf(page));
      await shoot(page, `320-${name}`);
    };
    await page.goto(`${visit.url}/query`);
    await look('facts');
    await page.click('[data-step=facts] button[type=submit]');
    await look('faults');
    await askFor(visit);
    await look('code');
    await answerWith(page, await newestCode(world));
    await stateShown(page);
    await look('result');
    await page.goto(`${visit.url}/query`);
    await page.click('#tab-share');
    await look('share');
    await page.click('.language');
    await look('share-english');
    await page.click('#tab-facts');
    await look('facts-english');

    t.deepEqual(
      widths,
      widths.map(() => 320),
    );
  },
  { width: 320 },
);
