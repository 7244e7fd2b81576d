import { expect, it } from 'vitest';
import { RemoteFault } from '../../src/engines/git/remote-fault.js';
import { pinAddress } from '../../src/remotes/address-policy.js';
import { parseAllowedHosts } from '../../src/remotes/allowed-hosts.js';
import { isPublicAddress } from '../../src/remotes/public-address.js';
import { parseRemoteUrl } from '../../src/remotes/remote-url.js';
import { seededRandom } from '../engines/git/seeded-random.js';

const outcome = async (act: () => unknown) => {
  try {
    return await act();
  } catch (error) {
    if (error instanceof RemoteFault) return error.code;
    throw error;
  }
};

it.each([
  'ftp://example.com/a',
  'file:///etc/passwd',
  'ssh://git@example.com/a',
  'git@example.com:a/b',
  'ext::sh -c id',
  'http:example.com',
  'https://',
  'https://user@example.com/a',
  'https://user:pass@example.com/a',
  'https://@example.com/a',
  'https://example.com/a?b=c',
  'https://example.com/a?',
  'https://example.com/a#b',
  'https://example.com/a#',
  'https://exa mple.com/',
  'https://example.com/a\nb',
  'https://example.com\\@127.0.0.1/',
  'https://example.com/\u0007',
  'http://[fe80::1%25eth0]/',
  'http://[::1/',
  'http://a..b/',
  'http://./',
  'http://-a/',
  'http://256.256.256.256/',
  'http://example.com:70000/',
  `https://example.com/${'a'.repeat(2048)}`,
  ' https://example.com/',
  '--upload-pack=id',
])('refuses the URL %j', (text) => {
  expect(() => parseRemoteUrl(text, ['url'])).toThrow(/^url: /);
});

it.each([
  ['https://Example.COM/a/b.git', 'https://example.com/a/b.git'],
  ['HTTPS://example.com.:443/a', 'https://example.com/a'],
  ['https://bücher.example/a', 'https://xn--bcher-kva.example/a'],
  ['http://0x7f.1/', 'http://127.0.0.1/'],
  ['http://2130706433:8080/a', 'http://127.0.0.1:8080/a'],
  ['http://0177.0.0.1/', 'http://127.0.0.1/'],
  ['http://%31%32%37.0.0.1/', 'http://127.0.0.1/'],
  ['http://１２７.0.0.1/', 'http://127.0.0.1/'],
  ['http://127.0.0.1./', 'http://127.0.0.1/'],
  ['http://[0:0::1]/a', 'http://[::1]/a'],
  ['https://example.com/a/../b', 'https://example.com/b'],
  ['https://example.com/a@b', 'https://example.com/a@b'],
])('brings %j into one form', (text, href) => {
  expect(parseRemoteUrl(text, ['url']).href).toBe(href);
  expect(parseRemoteUrl(href, ['url']).href).toBe(href);
});

const inside = [
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
it.each(inside)('%j is of the inside', (address) => {
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

/** Where clouds answer their machines: metadata with credentials, name and time servers. */
const insideClouds = [
  ['Azure', '168.63.129.16'],
  ['AWS, Google and others', '169.254.169.254'],
  ['AWS, containers', '169.254.170.2'],
  ['AWS, names', '169.254.169.253'],
  ['Alibaba', '100.100.100.200'],
  ['Oracle, old', '192.0.0.192'],
] as const;
it.each(insideClouds)('the inside of a cloud is not public, however it is wrapped: %s', (_cloud, address) => {
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
});
it.each(['fd00:ec2::254', 'fd00:ec2::253', 'fd20:ce::254', 'fd00:42::42', 'fe80::a9fe:a9fe'])(
  'the inside of a cloud is not public: %s',
  (address) => expect(isPublicAddress(address)).toBe(false),
);
it.each(['168.63.129.15', '168.63.129.17'])('the neighbours of an address inside are public: %s', (address) =>
  expect(isPublicAddress(address)).toBe(true),
);

it('however an address of the inside is written, its URL is refused', async () => {
  const random = seededRandom(7);
  const none = parseAllowedHosts([])!;
  const byte = () => random(256);
  const spell = (value: number) => {
    const kind = random(3);
    return kind === 0 ? String(value) : kind === 1 ? `0x${value.toString(16)}` : `0${value.toString(8)}`;
  };
  for (let i = 0; i < 500; i++) {
    const [a, b, c, d] = [[10, 127, 0, 224 + random(32)][i % 4]!, byte(), byte(), byte()];
    const spellings = [
      [a, b, c, d].map(spell).join('.'),
      [spell(a), spell(b), spell(c * 256 + d)].join('.'),
      [spell(a), spell((b * 256 + c) * 256 + d)].join('.'),
      spell(((a * 256 + b) * 256 + c) * 256 + d),
      `[::ffff:${a}.${b}.${c}.${d}]`,
      `[64:ff9b::${a}.${b}.${c}.${d}]`,
    ];
    for (const host of spellings) {
      const url = parseRemoteUrl(`http://${host}/x`, ['url']);
      expect([host, await outcome(() => pinAddress(url, none))]).toEqual([host, 'address_refused']);
    }
  }
});

it('a name is pinned to what it resolved to, and every address must be public or allowed', async () => {
  const url = new URL('https://git.example/a');
  const pin = (addresses: string[], allowed: string[] = []) =>
    outcome(() => pinAddress(url, parseAllowedHosts(allowed)!, async () => addresses));
  expect(await pin(['1.1.1.1', '2606:4700::1'])).toBe('git.example:443:1.1.1.1,[2606:4700::1]');
  expect(await pin(['1.1.1.1', '10.0.0.1'])).toBe('address_refused');
  expect(await pin(['1.1.1.1', '::ffff:10.0.0.1'])).toBe('address_refused');
  expect(await pin([])).toBe('host_unknown');
  expect(await pin(['10.0.0.1'], ['10.0.0.0/8'])).toBe('git.example:443:10.0.0.1');
  expect(await pin(['10.0.0.1'], ['10.0.0.0/24', '192.168.0.0/16'])).toBe('git.example:443:10.0.0.1');
  expect(await pin(['10.0.1.1'], ['10.0.0.0/24'])).toBe('address_refused');
  expect(await pin(['fd00::1'], ['fd00::/8'])).toBe('git.example:443:[fd00::1]');
  expect(await pin(['10.0.0.1'], ['git.example'])).toBe('git.example:443:10.0.0.1');
  expect(await pin(['10.0.0.1'], ['Git.Example:443'])).toBe('git.example:443:10.0.0.1');
  expect(await pin(['10.0.0.1'], ['git.example:8443'])).toBe('address_refused');
  expect(await pin(['10.0.0.1'], ['other.example', 'example'])).toBe('address_refused');
  expect(
    await outcome(() => pinAddress(url, parseAllowedHosts([])!, () => Promise.reject(new Error()))),
  ).toBe('host_unknown');
  expect(await pinAddress(new URL('https://1.1.1.1/'), parseAllowedHosts([])!)).toBeNull();
  expect(await pinAddress(new URL('http://[::1]:81/'), parseAllowedHosts(['[::1]:81'])!)).toBeNull();
  expect(await outcome(() => pinAddress(new URL('http://localhost/'), parseAllowedHosts([])!))).toBe(
    'address_refused',
  );
});

it.each([
  'a/b',
  '10.0.0.0/33',
  'fd00::/129',
  '10.0.0/8',
  'a b',
  'u@h',
  'h:99999',
  'h:',
  '::1',
  'http://a',
  'a?b',
])('the entry %j is refused', (entry) => expect(parseAllowedHosts([entry])).toBeNull());
