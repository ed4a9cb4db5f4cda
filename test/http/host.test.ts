/** T33: the service has one fixed origin. What a request calls us never reaches a link, and a foreign name is refused. */
import test from 'ava';
import { hostRule } from '../../src/http/host.ts';
import { startService } from '../../src/service.ts';
import { aBureau } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { answerTo, statusOf } from './raw.ts';
import type { ExecutionContext } from 'ava';

interface Asked {
  readonly url?: string;
  readonly hosts: readonly string[];
  readonly forwarded?: readonly string[];
}

function judged(origin: string, { url = '/trust', hosts, forwarded = [] }: Asked): boolean {
  const rawHeaders = [
    ...hosts.flatMap(host => ['Host', host]),
    ...forwarded.flatMap(host => ['X-Forwarded-Host', host]),
  ];
  // as Node gives them: of several Host fields the first, of other fields a list
  const headers = {
    ...(hosts[0] === undefined ? {} : { host: hosts[0] }),
    ...(forwarded.length === 0 ? {} : { 'x-forwarded-host': forwarded.join(', ') }),
  };
  return hostRule(origin)({ url, headers, rawHeaders });
}

const OURS: readonly Asked[] = [
  { hosts: ['zc.example.gov.cn'] },
  { hosts: ['ZC.Example.gov.cn'] },
  { hosts: ['zc.example.gov.cn:443'] },
  { hosts: ['127.0.0.1:3000'] },
  { hosts: ['localhost'] },
  { hosts: ['[::1]:3000'] },
  { hosts: ['zc.example.gov.cn'], forwarded: ['zc.example.gov.cn'] },
  { hosts: ['10.1.2.3:3000'], url: '/healthz' },
  { hosts: ['10.1.2.3:3000'], url: '/readyz?verbose' },
];

const FOREIGN: readonly Asked[] = [
  { hosts: [] },
  { hosts: [''] },
  { hosts: ['evil.example'] },
  { hosts: ['zc.example.gov.cn.evil.example'] },
  { hosts: ['evil.example.zc.example.gov.cn'] },
  { hosts: ['zc.example.gov.cn@evil.example'] },
  { hosts: ['a@zc.example.gov.cn'] },
  { hosts: ['zc.example.gov.cn:80'] },
  { hosts: ['zc.example.gov.cn:8443'] },
  { hosts: ['zc.example.gov.cn:'] },
  { hosts: ['zc.example.gov.cn.'] },
  { hosts: ['zc.example.gov.cn/evil'] },
  { hosts: ['zc.example.gov.cn evil.example'] },
  { hosts: ['zc.example.gov.cn, evil.example'] },
  { hosts: ['zc．example．gov．cn'] },
  { hosts: ['zc.еxample.gov.cn'] },
  { hosts: ['localhost.evil.example'] },
  { hosts: ['127.0.0.1.evil.example'] },
  { hosts: ['0x7f.1'] },
  { hosts: ['10.1.2.3:3000'] },
  { hosts: ['zc.example.gov.cn', 'zc.example.gov.cn'] },
  { hosts: ['zc.example.gov.cn', 'evil.example'] },
  { hosts: ['zc.example.gov.cn'], forwarded: ['evil.example'] },
  { hosts: ['zc.example.gov.cn'], forwarded: ['zc.example.gov.cn', 'evil.example'] },
  { hosts: ['zc.example.gov.cn'], forwarded: ['evil.example, zc.example.gov.cn'] },
  { hosts: ['zc.example.gov.cn'], url: 'http://zc.example.gov.cn/trust' },
  { hosts: ['zc.example.gov.cn'], url: 'http://evil.example/trust' },
  { hosts: ['zc.example.gov.cn'], url: '*' },
  { hosts: ['evil@10.1.2.3'], url: '/healthz' },
  { hosts: ['evil.example'], url: '/healthz/../trust' },
];

test('requests for the own host, for this machine and health checks by address are let in', t => {
  for (const asked of OURS) t.true(judged('https://zc.example.gov.cn', asked), JSON.stringify(asked));
});

test('requests that name another host, several hosts or a whole URL are not', t => {
  for (const asked of FOREIGN) t.false(judged('https://zc.example.gov.cn', asked), JSON.stringify(asked));
});

test('an origin with a port is met only with that port', t => {
  t.true(judged('http://10.1.2.3:8080', { hosts: ['10.1.2.3:8080'] }));
  for (const host of ['10.1.2.3', '10.1.2.3:80', '10.1.2.3:8081'])
    t.false(judged('http://10.1.2.3:8080', { hosts: [host] }), host);
});

async function served(t: ExecutionContext): Promise<string> {
  const [sqlite] = databases();
  if (!sqlite) throw new RangeError('SQLite is always there');
  const service = await startService(await aBureau(t, sqlite));
  t.teardown(async () => service.stop());
  return service.url;
}

const RAW: Readonly<Record<string, string>> = {
  'Host: evil': 'GET /trust HTTP/1.1\r\nHost: evil\r\n\r\n',
  'a@evil': 'GET /trust HTTP/1.1\r\nHost: localhost@evil\r\n\r\n',
  'two Host fields': 'GET /trust HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n',
  'a list of forwarded hosts':
    'GET /trust HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Host: localhost, evil\r\n\r\n',
  'two forwarded hosts':
    'GET /trust HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Host: localhost\r\nX-Forwarded-Host: evil\r\n\r\n',
  'a whole URL': 'GET http://evil/trust HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'an asterisk': 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'a body for evil': 'POST /api/verify HTTP/1.1\r\nHost: evil\r\nContent-Length: 12\r\n\r\n{"text":"x"}',
};

test('over HTTP each of them is answered 400 HOST_NOT_ALLOWED', async t => {
  const url = await served(t);

  for (const [name, bytes] of Object.entries(RAW)) {
    const answer = await answerTo(url, bytes);
    t.is(statusOf(answer), '400', name);
    t.regex(answer, /"code":"HOST_NOT_ALLOWED"/, name);
    t.false(answer.includes('evil'), name);
  }
});

test('links are the configured origin’s, whatever a request that is let in calls us', async t => {
  const url = await served(t);

  for (const path of ['/.well-known/did.json', '/openapi.json', '/trust']) {
    const usual = await (await fetch(url + path)).text();
    const answer = await answerTo(
      url,
      `GET ${path} HTTP/1.1\r\nHost: localhost:1\r\nX-Forwarded-Proto: gopher\r\nForwarded: host=evil\r\nX-Forwarded-For: evil\r\nConnection: close\r\n\r\n`,
    );
    t.is(statusOf(answer), '200', path);
    t.false(answer.includes('localhost:1/') || answer.includes('evil') || answer.includes('gopher'), path);
    t.true(usual.includes('localhost'), path);
  }
});

test('a request without Host is refused by HTTP itself', async t => {
  const url = await served(t);

  t.is(statusOf(await answerTo(url, 'GET /trust HTTP/1.1\r\n\r\n')), '400');
});
