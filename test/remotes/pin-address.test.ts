import { expect, it } from 'vitest';
import { RemoteFault } from '../../src/engines/git/remote-fault.js';
import { pinAddress } from '../../src/remotes/pin-address.js';
import { parseRemoteUrl } from '../../src/remotes/remote-url.js';
import { parseAllowedHosts } from '../../src/validation/allowed-hosts.js';
import { seededRandom } from '../engines/git/seeded-random.js';

const outcome = async (act: () => unknown) => {
  try {
    return await act();
  } catch (error) {
    if (error instanceof RemoteFault) return error.code;
    throw error;
  }
};

it('refuses a private address in any notation', async () => {
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

it('pins a host to its addresses if each of them is public or allowed', async () => {
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
