import { expect, it } from 'vitest';
import { parseRange } from '../../rest/byte-range.js';

it.each([
  ['bytes=0-0', { start: 0, length: 1 }],
  ['bytes=5-9', { start: 5, length: 5 }],
  ['bytes=5-', { start: 5 }],
  ['bytes=-5', { start: -5 }],
  [' bytes=0-1 ', { start: 0, length: 2 }],
])('the header %j is a range', (header, range) => {
  expect(parseRange(header)).toEqual(range);
});

it.each([null, '', 'bytes', 'bytes=', 'bytes=-', 'bytes=2-1', 'bytes=0-1,2-3', 'items=0-1', 'bytes=a-b'])(
  'the header %j is none',
  (header) => {
    expect(parseRange(header)).toBeNull();
  },
);

it('the header "bytes=-0" is a range of no bytes, which no file satisfies (RFC 9110, section 14.1.3)', () => {
  expect(parseRange('bytes=-0')).toEqual({ start: 2 ** 31 - 2 });
});
