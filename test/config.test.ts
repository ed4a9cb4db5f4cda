import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { demoPassphraseFile, printable, readConfig } from '../src/config.ts';
import { TEMPLATES } from '../src/messages/message.ts';
import { DomainError } from '../src/shared/errors.ts';
import { freshFolder } from './support/database.ts';

const KEY = Buffer.alloc(32, 9).toString('base64url');
const PRODUCTION = {
  NODE_ENV: 'production',
  ZHICHENG_ORIGIN: 'https://zc.example.gov.cn',
  ZHICHENG_DATA_KEY: KEY,
};

const SMS = {
  ZHICHENG_SMS_URL: 'https://dysmsapi.example/',
  ZHICHENG_SMS_KEY_ID: 'LTAI-test',
  ZHICHENG_SMS_KEY_SECRET: 'hunter2secret',
  ZHICHENG_SMS_SIGN_NAME: '职证',
  ZHICHENG_SMS_TEMPLATES: Object.keys(TEMPLATES)
    .map(name => `${name}=SMS_1`)
    .join(','),
};

/** The one error's detail, which lists every fault. */
function faultsOf(env: Readonly<Record<string, string>>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'CONFIG_INVALID') return error.detail;
    throw error;
  }
  return '';
}

test('without any setting there is a working configuration for one machine', t => {
  const config = readConfig({});

  t.deepEqual(
    [config.production, config.host, config.port, config.origin],
    [false, '127.0.0.1', 3000, 'http://localhost:3000'],
  );
  t.regex(config.databaseUrl, /^sqlite:\/.*\/data\/zhicheng\.sqlite$/);
  t.is(config.dataKeys, undefined);
  t.true(Object.isFrozen(config));
});

test('a production configuration needs https and a data key, and then stands', t => {
  t.is(faultsOf(PRODUCTION), '');
  t.regex(
    faultsOf({ ...PRODUCTION, ZHICHENG_ORIGIN: 'http://zc.example.gov.cn' }),
    /ZHICHENG_ORIGIN 须为 https/,
  );
  t.regex(
    faultsOf({ NODE_ENV: 'production', ZHICHENG_ORIGIN: 'https://zc.example.gov.cn' }),
    /ZHICHENG_DATA_KEY/,
  );
});

const FAULTS: readonly (readonly [name: string, env: Readonly<Record<string, string>>, word: RegExp])[] = [
  ['an unknown name with our prefix', { ZHICHENG_ORIGN: 'https://x.example' }, /不认识的设置 ZHICHENG_ORIGN/],
  [
    'a file for what is no secret',
    { ZHICHENG_HOST_FILE: '/etc/hostname' },
    /不认识的设置 ZHICHENG_HOST_FILE/,
  ],
  ['a port that is no number', { PORT: '80a' }, /PORT/],
  ['a port too high', { PORT: '65536' }, /PORT/],
  ['an empty port', { PORT: '' }, /PORT/],
  ['an origin with a path', { ZHICHENG_ORIGIN: 'https://x.example/app' }, /ZHICHENG_ORIGIN/],
  ['an origin with a trailing slash', { ZHICHENG_ORIGIN: 'https://x.example/' }, /ZHICHENG_ORIGIN/],
  ['an origin of another scheme', { ZHICHENG_ORIGIN: 'ftp://x.example' }, /ZHICHENG_ORIGIN/],
  ['an origin with a user', { ZHICHENG_ORIGIN: 'https://u@x.example' }, /ZHICHENG_ORIGIN/],
  ['a data key of 31 bytes', { ZHICHENG_DATA_KEY: Buffer.alloc(31).toString('base64url') }, /32 字节/],
  ['a data key twice', { ZHICHENG_DATA_KEY: `1:${KEY},1:${KEY}` }, /不重号/],
  ['a list of keys with one cut short', { ZHICHENG_DATA_KEY: `2:${KEY},1:${KEY.slice(1)}` }, /32 字节/],
  ['a ring without key 1 and index key', { ZHICHENG_DATA_KEY: `2:${KEY}` }, /须设 ZHICHENG_DATA_INDEX_KEY/],
  ['an index key that is a list', { ZHICHENG_DATA_INDEX_KEY: `1:${KEY}` }, /ZHICHENG_DATA_INDEX_KEY 须为/],
  ['an unknown collection policy', { ZHICHENG_COLLECTION_POLICY: 'never' }, /notice、qa/],
  ['an unknown roll-over', { ZHICHENG_CUTOFF_ROLLOVER: 'yes' }, /next-workday、none/],
  ['a demonstration switch that is neither', { ZHICHENG_DEMO_OUTBOX: 'yes' }, /ZHICHENG_DEMO_OUTBOX/],
  [
    'the demonstration’s outbox in production',
    { ...PRODUCTION, ZHICHENG_DEMO_OUTBOX: '1' },
    /不得设 ZHICHENG_DEMO_OUTBOX/,
  ],
  [
    'a switch for private targets that is neither',
    { ZHICHENG_WEBHOOK_PRIVATE: '1' },
    /ZHICHENG_WEBHOOK_PRIVATE/,
  ],
  [
    'private targets of notifications in production',
    { ...PRODUCTION, ZHICHENG_WEBHOOK_PRIVATE: 'true' },
    /不得设 ZHICHENG_WEBHOOK_PRIVATE/,
  ],
  [
    'half a message provider',
    { ZHICHENG_SMS_URL: 'https://sms.example/', ZHICHENG_SMS_KEY_ID: 'x' },
    /还缺 ZHICHENG_SMS_KEY_SECRET、ZHICHENG_SMS_SIGN_NAME、ZHICHENG_SMS_TEMPLATES/,
  ],
  [
    'a message provider without https in production',
    { ...PRODUCTION, ...SMS, ZHICHENG_SMS_URL: 'http://x.example' },
    /须为 https/,
  ],
  ['a message provider that is no address', { ...SMS, ZHICHENG_SMS_URL: 'x' }, /ZHICHENG_SMS_URL 须为网址/],
  [
    'a message template without a code',
    { ...SMS, ZHICHENG_SMS_TEMPLATES: 'issued=SMS_1' },
    /缺少 sign-in-code/,
  ],
  [
    'a code for a template that is none',
    { ...SMS, ZHICHENG_SMS_TEMPLATES: `${SMS.ZHICHENG_SMS_TEMPLATES},typo=SMS_9` },
    /“typo=SMS_9”不对/,
  ],
  ['an unknown rarity policy', { ZHICHENG_RARITY_POLICY: 'big5' }, /gbk、gb2312、font/],
  ['an unknown log level', { ZHICHENG_LOG_LEVEL: 'loud' }, /ZHICHENG_LOG_LEVEL/],
  ['a publishing interval of 0', { ZHICHENG_PUBLISH_SECONDS: '0' }, /ZHICHENG_PUBLISH_SECONDS/],
  ['a publishing interval with a fraction', { ZHICHENG_PUBLISH_SECONDS: '1.5' }, /ZHICHENG_PUBLISH_SECONDS/],
  ['a secret file that is not there', { ZHICHENG_DATA_KEY_FILE: '/nowhere/key' }, /ZHICHENG_DATA_KEY_FILE/],
  ['a secret file that is a folder', { ZHICHENG_KEY_PASSPHRASE_FILE: '/' }, /ZHICHENG_KEY_PASSPHRASE_FILE/],
  ['an empty secret file', { ZHICHENG_KEY_PASSPHRASE_FILE: '/dev/null' }, /ZHICHENG_KEY_PASSPHRASE_FILE/],
  ['a secret given twice', { ZHICHENG_DATA_KEY: KEY, ZHICHENG_DATA_KEY_FILE: '/nowhere' }, /只能设一个/],
];
for (const [name, env, word] of FAULTS) {
  test(`${name} is a fault`, t => {
    t.regex(faultsOf(env), word);
  });
}

test('a list of keys, an index key, a message provider and the switches of the rules are settings', t => {
  const other = Buffer.alloc(32, 8).toString('base64url');
  const config = readConfig({
    ...PRODUCTION,
    ...SMS,
    ZHICHENG_DATA_KEY: `2:${other},1:${KEY}`,
    ZHICHENG_DATA_INDEX_KEY: other,
    ZHICHENG_COLLECTION_POLICY: 'qa',
    ZHICHENG_CUTOFF_ROLLOVER: 'none',
  });

  t.deepEqual(
    config.dataKeys?.map(({ id }) => id),
    [2, 1],
  );
  t.deepEqual(config.dataIndexKey, new Uint8Array(32).fill(8));
  t.is(config.sms?.templates.get('issued'), 'SMS_1');
  t.deepEqual([config.collectionPolicy, config.cutoffRollover, config.demoOutbox], ['qa', 'none', false]);
  t.deepEqual(
    [readConfig({}).webhookPrivate, readConfig({ ZHICHENG_WEBHOOK_PRIVATE: 'true' }).webhookPrivate],
    [false, true],
  );
  t.deepEqual(
    [readConfig({}).collectionPolicy, readConfig({}).cutoffRollover, readConfig({}).sms],
    ['notice', 'next-workday', undefined],
  );
  t.notRegex(JSON.stringify(printable(config)), /hunter2secret|LTAI/);
});

test('every fault is listed at once', t => {
  const detail = faultsOf({
    PORT: 'x',
    ZHICHENG_ORIGIN: 'nonsense',
    ZHICHENG_LOG_LEVEL: 'loud',
    ZHICHENG_TYPO: '1',
    ZHICHENG_DATA_KEY: 'short',
  });

  for (const name of [
    'PORT',
    'ZHICHENG_ORIGIN',
    'ZHICHENG_LOG_LEVEL',
    'ZHICHENG_TYPO',
    'ZHICHENG_DATA_KEY',
  ]) {
    t.true(detail.includes(name), name);
  }
});

test('an origin is kept in lower case, for it is printed in every code', t => {
  t.is(readConfig({ ZHICHENG_ORIGIN: 'https://ZC.Example.gov.cn' }).origin, 'https://zc.example.gov.cn');
});

test('every secret may come from a file, without its last line break', t => {
  const folder = freshFolder(t);
  const inFile = (text: string): string => {
    const file = join(folder, text);
    writeFileSync(file, `${text}\n`);
    return file;
  };

  const config = readConfig({
    ZHICHENG_KEY_PASSPHRASE_FILE: inFile('key-passphrase'),
    ZHICHENG_ROOT_PASSPHRASE_FILE: inFile('root-passphrase'),
    ZHICHENG_DATA_KEY_FILE: inFile(KEY),
    DATABASE_URL_FILE: inFile('mysql:'),
  });

  t.deepEqual(
    [config.keyPassphrase, config.rootPassphrase, config.databaseUrl],
    ['key-passphrase', 'root-passphrase', 'mysql:'],
  );
  t.deepEqual(config.dataKeys, [{ id: 1, key: new Uint8Array(32).fill(9) }]);
});

test('the demo’s passphrases are never read in production', t => {
  const folder = freshFolder(t);
  mkdirSync(folder, { recursive: true });
  writeFileSync(demoPassphraseFile(folder, 'key'), 'demo passphrase');

  t.is(readConfig({ ZHICHENG_PRIVATE_KEYS_DIR: folder }).keyPassphrase, 'demo passphrase');
  t.is(readConfig({ ...PRODUCTION, ZHICHENG_PRIVATE_KEYS_DIR: folder }).keyPassphrase, undefined);
});

const URLS = [
  'mysql://clerk:hunter2secret@db.example:3306/zhicheng',
  'mysql://clerk:hunter2secret/with@signs@db.example:3306/zhicheng',
  'mysql://db.example/zhicheng?password=hunter2secret',
];
for (const DATABASE_URL of URLS) {
  test(`what is printed at the start holds no secret: ${DATABASE_URL.replace('hunter2secret', '…')}`, t => {
    const env = {
      ...PRODUCTION,
      DATABASE_URL,
      ZHICHENG_KEY_PASSPHRASE: 'hunter2secret-key',
      ZHICHENG_ROOT_PASSPHRASE: 'hunter2secret-root',
    };
    const text = JSON.stringify(printable(readConfig(env)));

    t.notRegex(text, /hunter2|signs|with/);
    t.false(text.includes(KEY));
    t.regex(text, /db\.example/);
  });
}

test('a fault never repeats the secret it is about', t => {
  t.false(faultsOf({ ZHICHENG_DATA_KEY: 'hunter2secret' }).includes('hunter2secret'));
});

test('a signer is reached by https, or on this machine; its tokens are never printed', t => {
  const at = (url: string): string => faultsOf({ ZHICHENG_SIGNER_URL: url });
  const secrets = {
    ZHICHENG_SIGNER_TOKEN: 'hunter2service',
    ZHICHENG_SIGNER_CUSTODIAN_TOKEN: 'hunter2custodian',
  };
  const config = readConfig({ ZHICHENG_SIGNER_URL: 'https://kms.example.gov.cn/zc/', ...secrets });

  for (const good of [
    'http://127.0.0.1:7443',
    'http://localhost:7443',
    'http://[::1]:7443',
    'https://kms.example.gov.cn',
  ])
    t.is(at(good), '', good);
  for (const bad of [
    'http://kms.example.gov.cn',
    'http://127.0.0.1.example.com',
    'https://u:p@kms.example',
    'https://kms.example/?a',
    'ftp://127.0.0.1',
    'kms',
  ])
    t.regex(at(bad), /ZHICHENG_SIGNER_URL/, bad);
  t.regex(faultsOf({ ZHICHENG_SIGNER_TIMEOUT_SECONDS: '0' }), /ZHICHENG_SIGNER_TIMEOUT_SECONDS/);
  t.like(config.signer, { url: 'https://kms.example.gov.cn/zc', timeoutSeconds: 5, token: 'hunter2service' });
  t.false(JSON.stringify(printable(config)).includes('hunter2'));
});
