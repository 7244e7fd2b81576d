import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { decodeBase64 } from '../../src/files/decode-base64.js';

it.each([0, 1, 2, 3, 4, 786_431, 786_432, 786_433, 3_000_000])('decodes %i bytes', async (length) => {
  const bytes = randomBytes(length);
  expect((await decodeBase64(bytes.toString('base64')))?.equals(bytes)).toBe(true);
});

it.each(['A', 'AA', 'AAA', 'AAAAA', 'A===', '====', 'AA=A', 'AA==AAAA', 'AA-_', 'AA A', 'AAAA\n', 'ÄÄÄÄ'])(
  'refuses %j',
  async (text) => expect(await decodeBase64(text)).toBeNull(),
);

it('refuses a foreign character at each position of a long text', async () => {
  const text = 'A'.repeat(4_000_000);
  for (const at of [0, 1_048_575, 1_048_576, 3_999_995, 3_999_999])
    expect(await decodeBase64(`${text.slice(0, at)}*${text.slice(at + 1)}`)).toBeNull();
});
