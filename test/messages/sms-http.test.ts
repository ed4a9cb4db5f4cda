import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { readConfig, type SmsConfig } from '../../src/config.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { signedCall } from '../../src/messages/acs3.ts';
import { deliverMessages } from '../../src/messages/deliver.ts';
import { enqueue, recentMessages } from '../../src/messages/enqueue.ts';
import { TEMPLATES } from '../../src/messages/message.ts';
import { smsHttpDriver } from '../../src/messages/sms-http.ts';
import type { OutboxMessage } from '../../src/messages/store.ts';
import { aBureau, anAct, JULY_30 } from '../support/bureau.ts';
import { databases } from '../support/database.ts';

const SECRET = 'a provider’s secret';
const TEMPLATE_CODES = Object.keys(TEMPLATES)
  .map((name, place) => `${name}=SMS_${1000 + place}`)
  .join(',');

type Answer = (response: ServerResponse) => void;
const ok: Answer = response =>
  response.end('{"Message":"OK","RequestId":"R-1","Code":"OK","BizId":"9006195"}');

interface Provider {
  readonly url: string;
  readonly requests: {
    readonly url: URL;
    readonly headers: IncomingMessage['headers'];
    readonly genuine: boolean;
  }[];
}

/** A provider on this machine that checks signatures by the gateway's rules, written anew from its documentation. */
async function aProvider(t: ExecutionContext, answer: Answer): Promise<Provider> {
  const requests: Provider['requests'] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', `http://${request.headers.host ?? ''}`);
    requests.push({ url, headers: request.headers, genuine: isGenuine(request) });
    request.resume();
    answer(response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests };
}

function isGenuine({ method = '', url = '', headers }: IncomingMessage): boolean {
  const [, names = '', signature] =
    /SignedHeaders=([^,]*),Signature=([0-9a-f]{64})$/.exec(headers.authorization ?? '') ?? [];
  const wanted = Object.keys(headers).filter(name => name === 'host' || name.startsWith('x-acs-'));
  if (names !== wanted.sort().join(';')) return false;
  const [path = '', query = ''] = url.split('?');
  const sorted = query.split('&').sort().join('&');
  const lines = names.split(';').map(name => `${name}:${String(headers[name]).trim()}`);
  const hash = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
  const canonical = [method, path, sorted, ...lines, '', names, headers['x-acs-content-sha256']].join('\n');
  const mac = createHmac('sha256', SECRET)
    .update(`ACS3-HMAC-SHA256\n${hash(canonical)}`)
    .digest('hex');
  return mac === signature && headers['x-acs-content-sha256'] === hash('');
}

function configFor(url: string): SmsConfig {
  const { sms } = readConfig({
    ZHICHENG_SMS_URL: url,
    ZHICHENG_SMS_KEY_ID: 'LTAI-test',
    ZHICHENG_SMS_KEY_SECRET: SECRET,
    ZHICHENG_SMS_SIGN_NAME: '职证（测试）',
    ZHICHENG_SMS_TEMPLATES: TEMPLATE_CODES,
  });
  if (!sms) throw new RangeError('all settings are given');
  return sms;
}

const MESSAGE: OutboxMessage = {
  id: 'c'.repeat(32),
  template: 'sign-in-code',
  phone: '19900001001',
  text: '',
  values: { code: "4829'15 (*)~+&=/" },
  state: 'waiting',
  tries: 1,
  nextAt: JULY_30,
  createdAt: JULY_30,
};

function driverAt(url: string, timeoutMs = 5000) {
  let count = 0;
  return smsHttpDriver(configFor(url), {
    clock: () => JULY_30,
    ids: () => `nonce-${(count += 1)}`,
    timeoutMs,
  });
}

// The worked example of the provider's documentation (固定参数示例).
test('the signature of the provider’s own example comes out', t => {
  const { headers } = signedCall(
    {
      url: 'https://ecs.cn-shanghai.aliyuncs.com/',
      action: 'RunInstances',
      version: '2014-05-26',
      query: { ImageId: 'win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd', RegionId: 'cn-shanghai' },
    },
    {
      keyId: 'YourAccessKeyId',
      keySecret: 'YourAccessKeySecret',
      nonce: '3156853299f313e23d1673dc12e1703d',
      at: Date.parse('2023-10-26T10:22:32Z') / 1000,
    },
  );

  t.regex(
    headers['authorization'] ?? '',
    /Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0$/,
  );
});

test('a message leaves signed, dated, once per nonce, in the provider’s own template', async t => {
  const provider = await aProvider(t, ok);
  const driver = driverAt(provider.url);

  const deliveries = [await driver.send(MESSAGE), await driver.send(MESSAGE)];

  t.deepEqual(deliveries, [{ outcome: 'sent' }, { outcome: 'sent' }]);
  t.deepEqual(
    provider.requests.map(({ genuine }) => genuine),
    [true, true],
  );
  t.is(new Set(provider.requests.map(({ headers }) => headers['x-acs-signature-nonce'])).size, 2);
  const [{ url, headers }] = provider.requests as [Provider['requests'][number]];
  t.is(headers['x-acs-date'], '2021-07-30T04:00:00Z');
  t.is(headers['x-acs-action'], 'SendSms');
  t.is(headers['x-acs-version'], '2017-05-25');
  t.regex(
    headers.authorization ?? '',
    /^ACS3-HMAC-SHA256 Credential=LTAI-test,SignedHeaders=host;x-acs-action;/,
  );
  t.deepEqual(Object.fromEntries(url.searchParams), {
    PhoneNumbers: MESSAGE.phone,
    SignName: '职证（测试）',
    TemplateCode: 'SMS_1000',
    TemplateParam: JSON.stringify(MESSAGE.values),
    OutId: MESSAGE.id,
  });
});

const BAD: readonly [name: string, answer: Answer, fault: string][] = [
  [
    'refuses by its code',
    response => response.end('{"Code":"isv.BUSINESS_LIMIT_CONTROL"}'),
    'isv.BUSINESS_LIMIT_CONTROL',
  ],
  [
    'is broken inside',
    response => {
      response.statusCode = 500;
      response.end('<html>');
    },
    'HTTP_500',
  ],
  [
    'says OK under an error status',
    response => {
      response.statusCode = 503;
      response.end('{"Code":"OK"}');
    },
    'HTTP_503',
  ],
  ['answers nothing that can be understood', response => response.end('OK'), 'HTTP_200'],
  ['repeats the phone number as its code', response => response.end('{"Code":"19900001001"}'), 'HTTP_200'],
  ['closes the connection', response => response.destroy(), 'UNREACHABLE'],
  [
    'sends elsewhere',
    response => {
      response.writeHead(302, { location: 'http://127.0.0.1:1/' });
      response.end();
    },
    'UNREACHABLE',
  ],
];
for (const [name, answer, fault] of BAD) {
  test(`a provider that ${name} has not sent the message`, async t => {
    const provider = await aProvider(t, answer);

    const delivery = await driverAt(provider.url).send(MESSAGE);

    t.deepEqual(delivery, { outcome: 'failed', fault });
    t.is(provider.requests.length, 1);
  });
}

test('a fault that names somebody is not kept', async t => {
  const provider = await aProvider(t, response => response.end('{"Code":"isv.19900001001"}'));

  t.deepEqual(await driverAt(provider.url).send(MESSAGE), { outcome: 'failed', fault: 'HTTP_200' });
});

const ENDLESS: readonly [name: string, answer: Answer][] = [
  [
    'answers without end',
    response => {
      const piece = Buffer.alloc(64 * 1024, ' ');
      const more = (): void => {
        while (response.write(piece));
        response.once('drain', more);
      };
      more();
    },
  ],
  [
    'answers by a bomb',
    response => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(gzipSync(Buffer.alloc(600e6)));
    },
  ],
];
for (const [name, answer] of ENDLESS) {
  test.serial(`a provider that ${name} is not read to the end`, async t => {
    const provider = await aProvider(t, answer);
    const driver = driverAt(provider.url, 30_000);

    t.deepEqual(await driver.send(MESSAGE), { outcome: 'failed', fault: 'HTTP_200' });
  });
}

const SLOW: readonly [name: string, answer: Answer][] = [
  ['never answers', () => undefined],
  ['begins an answer and never ends it', response => response.write('{"Code":"OK"')],
];
for (const [name, answer] of SLOW) {
  test(`a provider that ${name} is given up at the time limit`, async t => {
    const provider = await aProvider(t, answer);

    const delivery = await driverAt(provider.url, 100).send(MESSAGE);

    t.deepEqual(delivery, { outcome: 'failed', fault: 'TIMEOUT' });
  });
}

test('a provider that is not there has not sent the message', async t => {
  t.deepEqual(await driverAt('http://127.0.0.1:1/').send(MESSAGE), {
    outcome: 'failed',
    fault: 'UNREACHABLE',
  });
});

for (const database of databases()) {
  test(`with a provider configured, waiting messages reach it and are sent: ${database.name}`, async t => {
    const provider = await aProvider(t, ok);
    const bureau = await aBureau(t, database);
    const world = { ...bureau, config: { ...bureau.config, sms: configFor(provider.url) } };
    const { template, phone } = MESSAGE;
    await inTransaction(world.db, async tx =>
      enqueue(tx, world, [{ template, phone, values: { code: '482915' } }]),
    );

    const counted = await deliverMessages(world, anAct());

    t.deepEqual(counted, { sent: 1, failed: 0 });
    t.true(provider.requests[0]?.genuine);
    t.is(provider.requests[0]?.url.searchParams.get('TemplateParam'), '{"code":"482915"}');
    t.is((await recentMessages(world, 1))[0]?.state, 'sent');
  });
}
