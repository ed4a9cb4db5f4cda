import test from 'ava';
import { demandAllowed, idTypeOf } from '../../src/accounts/demand.ts';
import { networkOf } from '../../src/accounts/sign-in/limit.ts';
import { tokenIn } from '../../src/accounts/sessions/session.ts';
import type { IdType } from '../../src/accounts/person-id.ts';
import { Forbidden } from '../../src/accounts/role.ts';
import { anAct } from '../support/bureau.ts';

test('the type of a document is told from its number', t => {
  const cases: readonly [number: string, type: IdType][] = [
    ['120199198203010018', '居民身份证'],
    ['810000199001019917', '港澳台居民居住证'],
    ['820000199001019917', '港澳台居民居住证'],
    ['830000199001019917', '港澳台居民居住证'],
    ['911124198108030024', '外国人永久居留身份证'],
    ['USA110199001011', '外国人永久居留身份证'],
    ['', '居民身份证'],
  ];

  for (const [number, type] of cases) t.is(idTypeOf(number), type, number);
});

test('the public does nothing that an operator or an administrator does', t => {
  t.throws(() => demandAllowed({ ...anAct(), actor: 'public' }, 'accounts.manage'), {
    instanceOf: Forbidden,
  });
  t.notThrows(() => demandAllowed({ ...anAct(), actor: 'cli:operator' }, 'accounts.manage'));
});

test('a whole IPv6 subscriber counts as one address, an IPv4 address as itself', t => {
  t.is(networkOf('2001:db8:1:2:3:4:5:6'), networkOf('2001:db8:1:2::9'));
  t.not(networkOf('2001:db8:1:2::9'), networkOf('2001:db8:1:3::9'));
  t.not(networkOf('192.0.2.1'), networkOf('192.0.2.2'));
  t.not(networkOf('::ffff:192.0.2.1'), networkOf('::ffff:192.0.2.2'));
});

test('a session’s token is read out of any cookies, and nothing that only looks like one', t => {
  const token = 'A'.repeat(43);

  t.is(tokenIn(`a=b; zc_session=${token}; c=d`), token);
  for (const header of [
    '',
    'zc_session',
    'zc_session=',
    `zc_session=${token}A`,
    `xzc_session=${token}`,
    `zc_session=${token.slice(1)}'`,
    `zc_session=x; zc_session=${token}`,
  ])
    t.is(tokenIn(header), undefined, header);
});
