import { expect, it } from 'vitest';
import { TextParts } from '../../src/executions/text-parts.js';

const pieces = [...Array.from({ length: 500 }, (_, i) => `${i}\n`), 'x'.repeat(40_000), '"quoted"', 'end'];
const whole = pieces.join('');
const jsonSize = (text: string) => JSON.stringify(text).length - 2;

function made(): TextParts {
  const parts = new TextParts();
  for (const piece of pieces) parts.add(piece);
  return parts;
}

it('has the text that was added, and its size as JSON', () => {
  const parts = made();
  expect([String(parts), parts.length, parts.size]).toEqual([whole, whole.length, jsonSize(whole)]);
});

it.each([0, 1, 1_000, 1_890, 20_000, whole.length - 5, whole.length])(
  'gives its first and its last %i characters, with their sizes',
  (length) => {
    const [first, last] = [made().first(length), made().last(length)];
    const tail = whole.slice(whole.length - length);
    expect(String(first) === whole.slice(0, length)).toBe(true);
    expect(String(last) === tail).toBe(true);
    expect([first.length, first.size]).toEqual([length, jsonSize(whole.slice(0, length))]);
    expect([last.length, last.size]).toEqual([length, jsonSize(tail)]);
  },
);

it('grows after it was cut, and leaves what it was cut from as it is', () => {
  const parts = made();
  const last = parts.last(3);
  last.add(' more');
  expect([String(last), String(parts) === whole]).toEqual(['end more', true]);
});
