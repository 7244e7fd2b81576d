import { LosslessNumber } from 'lossless-json';
import { expect, it } from 'vitest';
import { jsonBody } from '../../../src/engines/nbformat/json.js';
import { JsonText } from '../../../src/engines/nbformat/json-text.js';
import { countIterations } from '../../support/count-iterations.js';

const step = 256 * 1024;

it('writes long texts as JSON.stringify does', async () => {
  const ends = ['😀', '\ud800', '\udc00', '"', '\\', '\u0001', '\u2028', 'é'];
  const values = ends.flatMap((end) =>
    [0, 1, 2].map((shift) => 'a'.repeat(step - shift) + end.repeat(5_000)),
  );
  for (const value of values) {
    const body = await jsonBody({ before: 1, nested: [{ value }], after: null });
    const expected = JSON.stringify({ before: 1, nested: [{ value }], after: null });
    expect(Buffer.from(body).equals(Buffer.from(expected))).toBe(true);
  }
});

it('writes them beside number tokens and texts that are written already', async () => {
  const long = 'b'.repeat(step);
  const written = new JsonText(Buffer.from('[1.0]'));
  const value = Object.assign(Object.create(null), { long, number: new LosslessNumber('1.0'), written });
  expect(Buffer.from(await jsonBody(value)).toString()).toBe(
    `{"long":"${long}","number":1.0,"written":[1.0]}`,
  );
});

it('writes short values as text', async () => {
  expect(await jsonBody({ a: ['b'] })).toBe('{"a":["b"]}');
});

it('leaves the event loop free while it writes a long text', async () => {
  const { iterations } = await countIterations(() => jsonBody({ content: 'line\n'.repeat(10_000_000) }));
  expect(iterations).toBeGreaterThan(2);
});
