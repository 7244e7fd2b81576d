import { expect, it } from 'vitest';
import { parseRemoteUrl } from '../../src/remotes/remote-url.js';

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
])('refuses %j', (text) => {
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
])('normalizes %j to %j', (text, href) => {
  expect(parseRemoteUrl(text, ['url']).href).toBe(href);
  expect(parseRemoteUrl(href, ['url']).href).toBe(href);
});
