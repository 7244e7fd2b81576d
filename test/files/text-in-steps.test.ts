import { expect, it } from 'vitest';
import { decodeText } from '../../src/files/decode-text.js';
import { encodeText } from '../../src/files/encode-text.js';
import { countIterations } from '../support/count-iterations.js';

const mib = 1024 * 1024;

/** Texts whose characters lie across the ends of the steps, which are 1 Mi characters or bytes long. */
const texts = [
  '',
  '\ufeffabc',
  'a'.repeat(3 * mib),
  ...[1, 2, 3].flatMap((shift) =>
    ['é', '€', '😀'].map((character) => 'a'.repeat(mib - shift) + character.repeat(1_000_000)),
  ),
];

it('encodes and decodes a text as a whole and in steps alike', async () => {
  for (const text of texts) {
    const bytes = await encodeText(text);
    expect(Buffer.from(bytes!).equals(Buffer.from(text))).toBe(true);
    expect((await decodeText(bytes!)) === text).toBe(true);
  }
});

it.each([0, mib - 1, mib, 3 * mib - 1])('finds the byte %i that is not UTF-8', async (offset) => {
  const bytes = Buffer.alloc(3 * mib, 'a');
  bytes[offset] = 0x80;
  await expect(decodeText(bytes)).rejects.toMatchObject({ offset });
});

it.each([10, mib - 1, mib, 2 * mib])('encodes no text with a lone surrogate at %i', async (at) => {
  const text = 'a'.repeat(at);
  expect(await encodeText(`${text}\ud800${'a'.repeat(mib)}`)).toBeNull();
  expect(await encodeText(`${text}\udc00${'a'.repeat(mib)}`)).toBeNull();
  expect(await encodeText(`${text}\ud800`)).toBeNull();
});

it('leaves the event loop free between the steps', async () => {
  const text = 'é'.repeat(48 * mib);
  const encoded = await countIterations(() => encodeText(text));
  expect(encoded.iterations).toBeGreaterThan(2);
  expect((await countIterations(() => decodeText(encoded.result!))).iterations).toBeGreaterThan(2);
});
