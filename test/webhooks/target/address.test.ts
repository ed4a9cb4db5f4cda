import test from 'ava';
import { isPublicAddress } from '../../../src/webhooks/target/address.ts';

test('public unicast addresses may be spoken to', t => {
  for (const address of ['1.1.1.1', '114.114.114.114', '223.5.5.5', '2400:3200::1', '2606:4700:4700::1111'])
    t.true(isPublicAddress(address), address);
});

for (const [what, addresses] of Object.entries({
  'this network': ['0.0.0.0', '0.1.2.3', '::'],
  'this machine': ['127.0.0.1', '127.255.255.254', '::1'],
  'private networks': ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12::1'],
  'the metadata services': ['169.254.169.254', '100.100.100.200', 'fd00:ec2::254', '168.63.129.16'],
  'link-local': ['169.254.0.1', 'fe80::1', 'fe80::1%eth0'],
  'carrier-grade NAT': ['100.64.0.1', '100.127.255.255'],
  'multicast and broadcast': ['224.0.0.1', '239.1.1.1', '255.255.255.255', 'ff02::1'],
  'documentation and benchmarks': [
    '192.0.2.1',
    '198.18.0.1',
    '203.0.113.5',
    '2001:db8::1',
    '3fff::1',
    '2001:2::1',
  ],
  'protocol assignments and reserved': ['192.0.0.1', '192.88.99.1', '240.0.0.1', '4000::1', '5f00::1'],
  'IPv4 in IPv6, mapped': ['::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:7f00:1'],
  'IPv4 in IPv6, compatible': ['::127.0.0.1', '::8.8.8.8'],
  'IPv4 in IPv6, translated': ['64:ff9b::7f00:1', '64:ff9b::808:808', '64:ff9b:1::1', '::ffff:0:127.0.0.1'],
  'IPv4 in IPv6, tunnelled': ['2002:7f00:1::', '2002:808:808::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  'site-local': ['fec0::1'],
  'what is written in no usual way': ['', 'localhost', '127.1.2', '1.1.1.1/8', '1.1.1.1 ', '[::1]'],
}))
  test(`an address is refused that belongs to ${what}`, t => {
    for (const address of addresses) t.false(isPublicAddress(address), address);
  });
