import test from 'ava';
import { urlFault } from '../../../src/webhooks/target/url.ts';

const OPEN = { isPrivateAllowed: false };
const TRIAL = { isPrivateAllowed: true };

for (const url of [
  'https://hooks.example.com/zhicheng',
  'https://hooks.example.com',
  'https://HOOKS.example.com:443/a?b=c',
  'https://hooks.example.com:8443/',
  'https://xn--fiq228c.xn--zfr164b/',
  `https://hooks.example.com/${'a'.repeat(1974)}`,
])
  test(`a target may be ${url.slice(0, 50)}`, t => {
    t.is(urlFault(url, OPEN), undefined);
  });

for (const [why, url] of [
  ['empty', ''],
  ['no URL', 'hooks.example.com'],
  ['over 2,000 characters', `https://hooks.example.com/${'a'.repeat(1975)}`],
  ['http', 'http://hooks.example.com/'],
  ['another scheme', 'ftp://hooks.example.com/'],
  ['a script', 'javascript:alert(1)'],
  ['a file', 'file:///etc/passwd'],
  ['a user', 'https://user@hooks.example.com/'],
  ['a user and password', 'https://user:secret@hooks.example.com/'],
  ['an empty user', 'https://@hooks.example.com/'],
  ['a user that looks like the host', 'https://hooks.example.com@127.0.0.1/'],
  ['a backslash, which browsers turn', 'https://hooks.example.com\\@127.0.0.1/'],
  ['a tab, which parsers drop', 'https://127.0.\t0.1/'],
  ['a line end', 'https://hooks.example.com/\nX-Header: 1'],
  ['a blank', 'https://hooks.example.com/a b'],
  ['Chinese', 'https://人社.example.com/'],
  ['a full-width dot', 'https://127。0。0。1/'],
  ['a fragment', 'https://hooks.example.com/#a'],
  ['an address', 'https://203.0.113.5/'],
  ['a public address', 'https://8.8.8.8/'],
  ['the metadata address', 'https://169.254.169.254/latest/'],
  ['a decimal address', 'https://2130706433/'],
  ['an octal address', 'https://0177.0.0.1/'],
  ['a hexadecimal address', 'https://0x7f.0.0.1/'],
  ['a short address', 'https://127.1/'],
  ['an address with escapes', 'https://%31%32%37.0.0.1/'],
  ['an address with a dot behind', 'https://127.0.0.1./'],
  ['an IPv6 address', 'https://[::1]/'],
  ['a mapped address', 'https://[::ffff:127.0.0.1]/'],
  ['this machine by name', 'https://localhost/'],
  ['a name without domain', 'https://intranet/'],
  ['a name with a dot behind', 'https://hooks.example.com./'],
  ['a mail port', 'https://hooks.example.com:25/'],
  ['the plain port', 'https://hooks.example.com:80/'],
  ['port 0', 'https://hooks.example.com:0/'],
  ['port 1023', 'https://hooks.example.com:1023/'],
  ['a port too high', 'https://hooks.example.com:65536/'],
] as const)
  test(`a target is refused with ${why}`, t => {
    t.regex(urlFault(url, OPEN) ?? '', /。$/);
  });

test('where private targets are allowed, this machine and http may be tried, and still no user', t => {
  for (const url of ['http://127.0.0.1:4000/', 'http://localhost:4000/a', 'https://[::1]:4000/'])
    t.is(urlFault(url, TRIAL), undefined, url);
  t.not(urlFault('http://user@127.0.0.1/', TRIAL), undefined);
  t.not(urlFault('ftp://127.0.0.1/', TRIAL), undefined);
});
