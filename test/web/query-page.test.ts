/** Another person's certificate in a real browser, from the first field to the result (R33), with the code out of the service's own outbox. */
import { isLookupList } from '../../src/shared/shapes/shapes.ts';
import { changeState } from '../../src/revocation/change-state.ts';
import { messagesSent, newestCode, otherThan } from '../lookups/asking.ts';
import { anAct } from '../support/bureau.ts';
import { client, signInHolder } from '../support/people.ts';
import { answerWith, askFor, ASKER, fill, inBrowser, shoot, stateShown, typed } from './query-visit.ts';

inBrowser(
  'three facts and the holder’s code lead to the certificate, and the holder sees who asked',
  async (t, visit) => {
    const { page, world, facts, certificates } = visit;
    await page.goto(`${visit.url}/query`);
    await shoot(page, '1-empty');
    await fill(page, { ...facts[0], ...ASKER });
    const message = await page.textContent('.message blockquote');
    await shoot(page, '2-filled');

    await page.click('[data-step=facts] button[type=submit]');
    await page.waitForSelector('[data-step=code]');
    await shoot(page, '3-code');
    await answerWith(page, await newestCode(world));

    t.is(await stateShown(page), 'VALID');
    t.regex(message ?? '', /^【职证】天津测试人才有限公司因“岗位聘任核验”查询您的职称证书/);
    t.is(await page.textContent('[data-state] h2'), '证书有效');
    t.is(await page.textContent('.test-banner'), '测试证书，无法律效力');
    t.regex((await page.textContent('[data-claim=name] dd')) ?? '', /张明远/);
    t.regex((await page.textContent('.record')) ?? '', /查询时间 2021-07-30 12:00:00/);
    t.is(await page.getAttribute('.verify a', 'href'), certificates[0].qrText);
    t.false((await page.innerText('main')).includes(facts[0].idNumber));
    t.is(await messagesSent(world), 1);
    await shoot(page, '4-result');

    const { idNumber, phone } = facts[0];
    const holder = client(visit.url, await signInHolder(visit.url, world, { idNumber, phone }));
    const own = (await holder.get('/api/me/lookups')).body;
    t.true(isLookupList(own));
    t.like(own, { items: [{ ...ASKER, codeSent: true, codeGiven: true }] });
  },
);

inBrowser(
  'the work before a question shows its progress, and can be given up without losing a word',
  async (t, visit) => {
    const { page, url, facts, world } = visit;
    await page.route('**/api/lookups/challenge', async route => {
      const response = await route.fetch();
      const said = (await response.json()) as object;
      await route.fulfill({ response, json: { ...said, difficultyBits: 60 } });
    });
    await page.goto(`${url}/query`);
    await fill(page, { ...facts[0], ...ASKER });

    await page.click('[data-step=facts] button[type=submit]');
    await page.waitForSelector('progress');
    await shoot(page, '2b-work');
    await page.click('.work button');
    await page.waitForSelector('[data-step=facts] button[type=submit]');

    t.deepEqual(await typed(page), { ...facts[0], ...ASKER });
    t.is(await messagesSent(world), 0);
  },
);

inBrowser(
  'every faulty field says beside itself what to do, and the first of them is ready to be typed in',
  async (t, visit) => {
    const { page, url, facts, world } = visit;
    await page.goto(`${url}/query`);
    await page.click('[data-step=facts] button[type=submit]');
    await page.waitForSelector('#number-fault');
    const missing = await page.locator('.fault').allTextContents();
    const number = facts[0].number.slice(0, -1) + String((Number(facts[0].number.at(-1)) + 1) % 10);
    const wrong = {
      number,
      idNumber: '12011119900307123X',
      phone: '1234',
      requester: '甲',
      purpose: '见 evil.example',
    };

    await fill(page, wrong);
    await page.click('[data-step=facts] button[type=submit]');
    await page.waitForSelector('#phone-fault');
    await shoot(page, '5-faults');

    t.is(missing.length, 5);
    t.is(await page.locator('.fault').count(), 5);
    t.is(await page.evaluate('document.activeElement.id'), 'number');
    t.is(await page.getAttribute('#phone', 'aria-describedby'), 'phone-fault');
    t.regex((await page.textContent('#number-fault')) ?? '', /逐位核对/);
    t.deepEqual(await typed(page), wrong);
    await page.fill('#phone', '19900001001');
    t.is(await page.locator('#phone-fault').count(), 0);
    t.is(await page.locator('.fault').count(), 4);
    t.is(await messagesSent(world), 0);
  },
);

// R30, R31
inBrowser(
  'a paper number gets friendly words and the original channel, not an error, and nothing typed is lost',
  async (t, visit) => {
    const { page, url, facts, world } = visit;
    const given = { ...facts[0], ...ASKER, number: '津人社职字第2016-00123号' };
    await page.goto(`${url}/query`);
    await fill(page, given);

    await page.click('[data-step=facts] button[type=submit]');
    await page.waitForSelector('.paper');
    await shoot(page, '6-paper');

    t.regex(
      (await page.textContent('.paper')) ?? '',
      /纸质证书不在本系统查验范围，仍然有效，请向原发证机关（原渠道）核实/,
    );
    t.is(await page.locator('.fault, .trouble, [role=alert]:not(:empty)').count(), 0);
    t.deepEqual(await typed(page), given);
    await page.click('.paper button');
    t.is(await page.evaluate('document.activeElement.id'), 'number');
    t.is(await messagesSent(world), 0);
  },
);

// R33: five tries
inBrowser(
  'a wrong code costs one of five tries; after the fifth the lookup is void and can be asked again',
  async (t, visit) => {
    const { page, world } = visit;
    await askFor(visit);
    const code = await newestCode(world);
    const said: (string | null)[] = [];

    for (let time = 1; time <= 4; time += 1) {
      await answerWith(page, otherThan(code));
      await page.waitForSelector(`#code-fault:has-text("还可以试 ${5 - time} 次")`);
      said.push(await page.textContent('#code-fault'));
    }
    await shoot(page, '7-wrong-code');
    await answerWith(page, otherThan(code));
    await page.waitForSelector('[data-step=over][data-why=tries]');
    await shoot(page, '8-over');

    t.regex(said[0] ?? '', /验证码不对或已失效/);
    await page.click('[data-step=over] .button.light');
    t.like(await typed(page), ASKER);
    t.like(await typed(page), visit.facts[0]);
  },
);

inBrowser(
  'a code is told its five minutes; when they are over it is said, and the same can be asked again at once',
  async (t, visit) => {
    const { page, world, pass } = visit;
    await page.clock.install();
    await askFor(visit);
    const first = await page.textContent('[role=timer]');
    const again = page.locator('.no-code .actions button').first();
    const isEarly = await again.isDisabled();

    await page.clock.fastForward('01:05');
    await page.waitForSelector('.no-code .actions button:not(:disabled)');
    const later = await page.textContent('[role=timer]');
    await page.clock.fastForward('04:00');
    await page.waitForSelector('[data-step=over][data-why=time]');
    pass(400);
    await page.click('[data-step=over] .button');
    await page.waitForSelector('[data-step=code]');
    await answerWith(page, await newestCode(world));

    t.regex(first ?? '', /^(5:00|4:5\d)$/);
    t.true(isEarly);
    t.regex(later ?? '', /^3:5\d$/);
    t.is(await stateShown(page), 'VALID');
    t.is(await messagesSent(world), 2);
  },
);

inBrowser(
  'a challenge that ended while the phone was asleep is exchanged without a word',
  async (t, visit) => {
    const { page, world, pass } = visit;
    let slept = false;
    await page.route('**/api/lookups', async route => {
      if (!slept) pass(301);
      slept = true;
      await route.continue();
    });

    await askFor(visit);
    await answerWith(page, await newestCode(world));

    t.true(slept);
    t.is(await stateShown(page), 'VALID');
  },
);

inBrowser('a challenge that is refused twice is said, and nothing typed is lost', async (t, visit) => {
  const { page, url, facts, pass } = visit;
  await page.route('**/api/lookups', async route => {
    pass(301);
    await route.continue();
  });
  await page.goto(`${url}/query`);
  await fill(page, { ...facts[0], ...ASKER });

  await page.click('[data-step=facts] button[type=submit]');
  await page.waitForSelector('.trouble');

  t.regex((await page.textContent('.trouble')) ?? '', /本次验证已失效/);
  t.deepEqual(await typed(page), { ...facts[0], ...ASKER });
});

inBrowser(
  'wrong facts lead to the same page for the code as right ones, and to no message',
  async (t, visit) => {
    const { page, world, facts } = visit;
    const words = async (): Promise<string> =>
      (await page.innerText('[data-step=code]')).replace(/\d:\d\d|\d+ 秒/g, '');
    await askFor(visit);
    const right = await words();
    await page.evaluate('sessionStorage.clear()'); // another visitor, as far as the page can tell

    await askFor({ ...visit, facts: [{ ...facts[0], phone: '19900007777' }, facts[1]] });

    t.is(await words(), right);
    t.is(await messagesSent(world), 1);
  },
);

inBrowser(
  'without the network it is said, and the same question goes out when it is back',
  async (t, visit) => {
    const { page, url, facts, world } = visit;
    await page.goto(`${url}/query`);
    await fill(page, { ...facts[0], ...ASKER });
    await page.context().setOffline(true);
    await page.click('[data-step=facts] button[type=submit]');
    await page.waitForSelector('.trouble');
    const said = await page.textContent('.trouble');
    await page.context().setOffline(false);

    await page.click('[data-step=facts] button[type=submit]');
    await page.waitForSelector('[data-step=code]');

    t.regex(said ?? '', /没有连上服务/);
    t.is(await messagesSent(world), 1);
  },
);

inBrowser(
  'the browser’s way back leads to what was typed, and forward to the code again',
  async (t, visit) => {
    const { page, world } = visit;
    await askFor(visit);

    await page.goBack();
    await page.waitForSelector('[data-step=facts]');
    const back = await typed(page);
    await shoot(page, '9-resume');
    await page.goForward();
    await page.waitForSelector('[data-step=code]');
    await answerWith(page, await newestCode(world));

    t.deepEqual(back, { ...visit.facts[0], ...ASKER });
    t.is(await stateShown(page), 'VALID');
  },
);

inBrowser(
  'a page that the phone put away still takes the code, and keeps none of the facts',
  async (t, visit) => {
    const { page, world, facts } = visit;
    await askFor(visit);
    const kept = JSON.stringify(await page.evaluate('[{ ...sessionStorage }, { ...localStorage }]'));

    await page.reload();
    await page.waitForSelector('[data-step=code]');
    await answerWith(page, await newestCode(world));

    t.is(await stateShown(page), 'VALID');
    for (const fact of [...Object.values(facts[0]), ...Object.values(ASKER)]) t.false(kept.includes(fact));
    await page.reload();
    await page.waitForSelector('[data-step=facts]');
    t.is(await page.inputValue('#idNumber'), '');
  },
);

inBrowser('the code is found in a pasted message, and in digits of full width', async (t, visit) => {
  const { page, world } = visit;
  await askFor(visit);
  await page.fill('#code', '请告知验证码 482915，5 分钟内有效');
  const pasted = await page.inputValue('#code');
  await page.fill('#code', '４８２ ９１５');
  const wide = await page.inputValue('#code');

  await page.fill('#code', '4829');
  await page.click('[data-step=code] button[type=submit]');

  t.is(pasted, '482915');
  t.is(wide, '482915');
  t.regex((await page.textContent('#code-fault')) ?? '', /6 位数字/);
  await answerWith(page, await newestCode(world));
  t.is(await stateShown(page), 'VALID');
});

inBrowser('by keyboard alone one comes from the tabs to the result', async (t, visit) => {
  const { page, url, facts, world } = visit;
  await page.goto(`${url}/query`);
  await page.focus('#tab-facts');
  await page.keyboard.press('ArrowRight');
  const other = await page.evaluate('document.activeElement.id');
  await page.keyboard.press('ArrowLeft');
  for (const text of [facts[0].number, facts[0].idNumber, facts[0].phone, ASKER.requester, ASKER.purpose]) {
    await page.keyboard.press('Tab');
    await page.keyboard.type(text);
  }
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-step=code]');
  const announced = await page.evaluate('document.activeElement.textContent');
  await page.keyboard.press('Tab');
  await page.keyboard.type(await newestCode(world));
  await page.keyboard.press('Enter');

  t.is(other, 'tab-share');
  t.is(announced, '填写验证码');
  t.is(await stateShown(page), 'VALID');
  t.is(await page.evaluate('document.activeElement.textContent'), '证书有效');
});

inBrowser(
  'a certificate revoked meanwhile is shown as revoked, by colour and sign and words',
  async (t, visit) => {
    const { page, world, facts } = visit;
    await changeState(world, anAct(), {
      number: facts[0].number,
      change: 'REVOKE',
      reason: 'FRAUD',
      document: '津人社职撤〔2021〕1号',
      untilDate: undefined,
    });
    await askFor(visit);
    await answerWith(page, await newestCode(world));

    t.is(await stateShown(page), 'REVOKED');
    t.is(await page.locator('.state.stop svg').count(), 1);
    t.is(await page.textContent('[data-state] h2'), '已撤销');
    t.is(await page.locator('.state.good').count(), 0);
    await shoot(page, '10-revoked');
  },
);
