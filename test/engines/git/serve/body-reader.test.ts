import { expect, it } from 'vitest';
import { BodyReader } from '../../../../src/engines/git/serve/body-reader.js';

async function* body(chunks: number): AsyncGenerator<Buffer> {
  for (let n = 0; n < chunks; n++) yield Buffer.alloc(10, n);
}

it('passes on what was not read by length', async () => {
  const reader = new BodyReader(body(3), 100);
  expect(await reader.read(4)).toEqual(Buffer.alloc(4, 0));
  const rest: Buffer[] = [];
  for await (const chunk of reader.rest()) rest.push(chunk);
  expect(Buffer.concat(rest)).toHaveLength(26);
  expect(await reader.read(1)).toBeNull();
});

it('a body over the limit fails each time that it is read, also when the rest is dropped', async () => {
  const reader = new BodyReader(body(30), 100);
  const consume = async () => {
    for await (const _ of reader.rest());
  };
  const tooLarge = { code: 'payload_too_large' };
  await expect(consume()).rejects.toMatchObject(tooLarge);
  await expect(reader.drop()).rejects.toMatchObject(tooLarge);
  await expect(reader.read(1)).rejects.toMatchObject(tooLarge);
});
