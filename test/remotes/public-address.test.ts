import { expect, it } from 'vitest';
import { isPublicAddress } from '../../src/remotes/public-address.js';

const notPublic = [
  ...[
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.255',
    '169.254.169.254',
  ],
  ...['172.16.0.1', '172.31.255.255', '192.0.0.8', '192.0.2.1', '192.88.99.1', '192.168.0.1', '198.18.0.1'],
  ...['198.19.255.255', '198.51.100.7', '203.0.113.7', '224.0.0.1', '239.255.255.255', '240.0.0.1'],
  ...[
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fec0::1',
    'fc00::1',
    'fd12:3456::1',
    'ff02::1',
    '::127.0.0.1',
  ],
  ...['::ffff:127.0.0.1', '::ffff:8.8.8.8', '64:ff9b::7f00:1', '64:ff9b:1::1', '2002:7f00:1::', '2001::1'],
  ...['2001:db8::1', '2001:10::1', '3fff::1', '100::1', '4000::1', 'fe80::1%eth0', '', 'localhost', '1.2.3'],
];
it.each(notPublic)('%j is not public', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

it.each([
  '1.1.1.1',
  '8.8.8.8',
  '100.63.255.255',
  '100.128.0.0',
  '172.15.0.1',
  '172.32.0.1',
  '223.255.255.255',
])('%j is public', (address) => expect(isPublicAddress(address)).toBe(true));
it.each(['2606:4700::1', '2a00:1450:4001::200e', '2001:4860:4860::8888', '2003::1'])(
  '%j is public',
  (address) => expect(isPublicAddress(address)).toBe(true),
);

/** Internal services of clouds: metadata with credentials, name servers and time servers. */
const cloudServices = [
  ['Azure', '168.63.129.16'],
  ['AWS, Google and others', '169.254.169.254'],
  ['AWS, containers', '169.254.170.2'],
  ['AWS, names', '169.254.169.253'],
  ['Alibaba', '100.100.100.200'],
  ['Oracle, old', '192.0.0.192'],
] as const;
it.each(cloudServices)(
  'an internal service of a cloud is not public in any notation: %s',
  (_cloud, address) => {
    const [a, b, c, d] = address.split('.').map(Number) as [number, number, number, number];
    const hex = (high: number, low: number) => (high * 256 + low).toString(16);
    const [high, low] = [hex(a, b), hex(c, d)];
    for (const form of [
      address,
      `::ffff:${address}`,
      `::ffff:${high}:${low}`,
      `::${address}`,
      `64:ff9b::${address}`,
      `64:ff9b:1::${high}:${low}`,
      `2002:${high}:${low}::1`,
      `2001:0:${high}:${low}::`,
    ]) {
      expect([form, isPublicAddress(form)]).toEqual([form, false]);
    }
  },
);
it.each(['fd00:ec2::254', 'fd00:ec2::253', 'fd20:ce::254', 'fd00:42::42', 'fe80::a9fe:a9fe'])(
  'an internal service of a cloud is not public: %s',
  (address) => expect(isPublicAddress(address)).toBe(false),
);
it.each(['168.63.129.15', '168.63.129.17'])(
  'an address next to an internal service is public: %s',
  (address) => expect(isPublicAddress(address)).toBe(true),
);
