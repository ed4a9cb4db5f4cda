/** What `/v` believes and keeps: status lists that are missing, old or wrong, a browser that keeps nothing, and a clock that lies. */
import { rootFingerprint } from '../../src/keys/fingerprint.ts';
import { bitsOf } from '../../src/revocation/status-list.ts';
import type { TrustDocument } from '../../src/verification/trust.ts';
import { makeIssuer, TEST_INDEX, type TestIssuer } from '../support/issuer.ts';
import { cutOff, inBrowser, NOW, openHome, scan, shoot, shownVerdict, untilKept } from './verify-support.ts';

const HOUR = 3600;
const YEAR = 365 * 86_400;

/** The page's clock differs from this machine's by that many seconds. */
function clockOff(seconds: number): string {
  return `{ const real = Date.now; Date.now = () => real() + ${seconds * 1000}; }`;
}

inBrowser('without the network a revisit still verifies, as of the last status known', async (t, visit) => {
  const { qrText } = visit.service.issuer.sign();
  visit.service.trust = visit.service.issuer.trustWith({ takenAt: NOW - 2 * HOUR });
  await scan(visit, qrText);
  await untilKept(visit);
  await cutOff(visit);

  const verdict = await scan(visit, qrText);

  t.is(verdict, 'valid-as-of');
  t.regex(
    (await visit.page.textContent('[role=status] h1')) ?? '',
    /^签名真实，状态为 .* 的记录（当前未能联网核实）$/,
  );
  t.regex((await visit.page.textContent('.status-age')) ?? '', /2 小时前/);
  t.deepEqual(visit.complaints, []);
  await shoot(visit.page, 'offline');
});

inBrowser(
  'a revocation that was published is known at the next look, and stays known offline',
  async (t, visit) => {
    const { service } = visit;
    const { qrText } = service.issuer.sign();
    const before = await scan(visit, qrText);
    service.trust = service.issuer.trustWith({ revoked: [TEST_INDEX], listVersion: 2 });

    const after = await scan(visit, qrText);
    await untilKept(visit);
    await cutOff(visit);
    const offline = await scan(visit, qrText);

    t.deepEqual([before, after, offline], ['valid', 'revoked', 'revoked']);
  },
);

inBrowser(
  'an answer that is slow to come shows what was kept, never green, until it is there',
  async (t, visit) => {
    const { page, service } = visit;
    const { qrText } = service.issuer.sign();
    await scan(visit, qrText);
    service.trust = service.issuer.trustWith({ revoked: [TEST_INDEX], listVersion: 2 });
    let release = (): void => undefined;
    const held = new Promise<void>(resolve => (release = resolve));
    service.delay = () => held;

    await page.goto('about:blank');
    await page.goto(qrText);
    await page.waitForSelector('[data-early]');
    const early = await page.getAttribute('[data-early]', 'data-verdict');
    const advice = await page.innerText('[data-early]');
    await shoot(page, 'early');
    release();

    t.is(early, 'valid-as-of');
    t.regex(advice, /正在联网核实/);
    t.is(await shownVerdict(page), 'revoked');
  },
);

inBrowser('a network that is there and gives nothing does not keep a revisit waiting', async (t, visit) => {
  const { page, service } = visit;
  const { qrText } = service.issuer.sign();
  await scan(visit, qrText);
  await untilKept(visit);
  service.isHanging = true;

  await page.goto('about:blank');
  await page.goto(qrText);
  await page.waitForSelector('[data-early]');

  t.is(await page.getAttribute('[data-early]', 'data-verdict'), 'valid-as-of');
});

type Change = (issuer: TestIssuer) => TrustDocument;
const LISTS: readonly (readonly [name: string, change: Change, verdict: string])[] = [
  ['absent', issuer => issuer.trustWith({ drop: ['revocation'] }), 'status-unknown'],
  ['all absent', issuer => ({ ...issuer.trust, statusLists: [] }), 'status-unknown'],
  ['stale', issuer => issuer.trustWith({ takenAt: NOW - 3 * HOUR }), 'valid-as-of'],
  ['out of date', issuer => issuer.trustWith({ signedAt: NOW - YEAR }), 'status-unknown'],
  ['from the future', issuer => issuer.trustWith({ signedAt: NOW + HOUR }), 'status-unknown'],
  [
    'signed by another key',
    issuer => ({
      ...issuer.trustWith({ drop: ['revocation'] }),
      statusLists: [
        ...issuer.trustWith({ drop: ['revocation'] }).statusLists,
        issuer.listJws('revocation', bitsOf([]), { key: 1 }),
      ],
    }),
    'status-unknown',
  ],
  [
    'for another purpose',
    issuer => {
      const others = issuer.trustWith({ drop: ['revocation'] });
      return { ...others, statusLists: [...others.statusLists, issuer.listJws('suspension', bitsOf([]))] };
    },
    'status-unknown',
  ],
  [
    'no list at all but text',
    issuer => ({ ...issuer.trust, statusLists: ['a.b.c', '', 'x'] }),
    'status-unknown',
  ],
];
for (const [name, change, expected] of LISTS) {
  inBrowser(
    `with a status list that is ${name} the verdict is ${expected}, never green`,
    async (t, visit) => {
      visit.service.trust = change(visit.service.issuer);

      const verdict = await scan(visit, visit.service.issuer.sign().qrText);

      t.is(verdict, expected);
      t.is(await visit.page.locator('.verdict.good').count(), 0);
      t.deepEqual(visit.complaints, []);
      await shoot(visit.page, `list-${name.replaceAll(' ', '-')}`);
    },
  );
}

inBrowser('with no trust at hand nothing is said, and it is not green', async (t, visit) => {
  visit.service.trust = undefined;

  const verdict = await scan(visit, visit.service.issuer.sign().qrText);

  t.is(verdict, 'unavailable');
  t.is(await visit.page.locator('.verdict.good, dl.fields').count(), 0);
  await shoot(visit.page, 'unavailable');
});

inBrowser('trust under another root is refused after the first visit', async (t, visit) => {
  const { issuer } = visit.service.issuer;
  await scan(visit, visit.service.issuer.sign().qrText);
  const impostor = makeIssuer({ origin: issuer.origin, at: NOW });
  visit.service.trust = impostor.trust;

  const verdict = await scan(visit, impostor.sign().qrText);

  t.not(verdict, 'valid');
  const notice = await visit.page.innerText('[role=alert]');
  t.regex(notice, /本页没有采用.*另行核对新指纹.*清除本网站的数据/);
  t.true(notice.includes(await rootFingerprint(impostor.rootJwk)));
  await shoot(visit.page, 'other-root');
});

inBrowser('a rolled-back status list cannot undo a revocation', async (t, visit) => {
  const { qrText } = visit.service.issuer.sign();
  visit.service.trust = visit.service.issuer.trustWith({ revoked: [TEST_INDEX], listVersion: 2 });
  await scan(visit, qrText);
  visit.service.trust = visit.service.issuer.trustWith({ listVersion: 1 });

  const verdict = await scan(visit, qrText);

  t.is(verdict, 'revoked');
  t.is(await visit.page.locator('[role=alert]').count(), 1);
});

/** Changes the record that the page keeps, as anybody with the device could. */
function tamper(change: string): string {
  return `new Promise(resolve => {
    const opening = indexedDB.open('zhicheng', 1);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction('trust', 'readwrite');
      const store = transaction.objectStore('trust');
      const reading = store.get('newest');
      reading.onsuccess = () => {
        const kept = reading.result;
        ${change}
        store.put(kept, 'newest');
      };
      transaction.oncomplete = () => { opening.result.close(); resolve(true); };
    };
  })`;
}

const TAMPERED = [
  [
    'with one letter of its manifest changed',
    `kept.document.manifest = kept.document.manifest.replace(/.(?=.{40}$)/, each => each === 'A' ? 'B' : 'A');`,
  ],
  ['without the list of revocations', `kept.document.statusLists = kept.document.statusLists.slice(1);`],
  ['naming another host', `kept.document.issuer.origin = 'https://evil.example';`],
  ['with another root', `kept.document.root.x = kept.document.root.y;`],
] as const;
for (const [name, change] of TAMPERED) {
  inBrowser(`a kept document ${name} is refused, and said to be`, async (t, visit) => {
    const { qrText } = visit.service.issuer.sign();
    await scan(visit, qrText);
    await untilKept(visit);
    await visit.page.evaluate(tamper(change));
    await cutOff(visit);

    const verdict = await scan(visit, qrText);

    t.is(verdict, 'unavailable');
    t.regex(await visit.page.innerText('[role=alert]'), /已损坏或被改动，没有采用/);
  });
}

const FORBIDDEN = [
  [
    'blocked',
    `Object.defineProperty(globalThis, 'indexedDB', { get() { throw new DOMException('', 'SecurityError'); } })`,
  ],
  ['absent', `Object.defineProperty(globalThis, 'indexedDB', { value: undefined })`],
  ['silent', `IDBFactory.prototype.open = () => ({})`],
  ['full', `IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError'); }`],
] as const;
for (const [name, script] of FORBIDDEN) {
  inBrowser(
    `with IndexedDB ${name} the page works online and says that it keeps nothing`,
    async (t, visit) => {
      await visit.page.addInitScript(script);

      const verdict = await scan(visit, visit.service.issuer.sign().qrText);

      t.is(verdict, 'valid');
      t.regex(await visit.page.innerText('.keeps-nothing'), /断网后不能使用/);
    },
  );
}

inBrowser('with storage of every kind forbidden there is still a verdict', async (t, visit) => {
  await visit.page.addInitScript(
    `for (const name of ['localStorage', 'indexedDB', 'caches'])
      Object.defineProperty(globalThis, name, { get() { throw new DOMException('', 'SecurityError'); } })`,
  );

  t.is(await scan(visit, visit.service.issuer.sign().qrText), 'valid');
});

for (const [name, seconds, words] of [
  ['behind', -YEAR, /慢约 36[45] 天/],
  ['ahead', YEAR, /快约 36[45] 天/],
] as const) {
  inBrowser(`a clock a year ${name} is named, and the certificate is not called false`, async (t, visit) => {
    await visit.page.addInitScript(clockOff(seconds));

    const verdict = await scan(visit, visit.service.issuer.sign().qrText);

    t.is(verdict, 'valid');
    t.regex(await visit.page.innerText('[role=alert]'), words);
    await shoot(visit.page, `clock-${name}`);
  });
}

inBrowser(
  'offline with a clock a year behind nothing is judged, and the clock is named',
  async (t, visit) => {
    const { qrText } = visit.service.issuer.sign();
    await scan(visit, qrText);
    await untilKept(visit);
    await cutOff(visit);
    await visit.page.addInitScript(clockOff(-YEAR));

    const verdict = await scan(visit, qrText);

    t.is(verdict, 'clock-wrong');
    t.is(await visit.page.locator('.verdict.stop').count(), 0);
    await shoot(visit.page, 'clock-offline');
  },
);

inBrowser(
  'offline with a clock a year ahead the signature is genuine and the status unknown',
  async (t, visit) => {
    const { qrText } = visit.service.issuer.sign();
    await scan(visit, qrText);
    await untilKept(visit);
    await cutOff(visit);
    await visit.page.addInitScript(clockOff(YEAR));

    t.is(await scan(visit, qrText), 'status-unknown');
  },
);

inBrowser('at home the page says what it keeps and how old that is', async (t, visit) => {
  visit.service.trust = visit.service.issuer.trustWith({ takenAt: NOW - 3 * HOUR });

  await openHome(visit);

  t.regex(await visit.page.innerText('.keeps'), /断网也能查验.*3 小时前/);
});
