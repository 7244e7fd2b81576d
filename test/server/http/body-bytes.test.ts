import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { BodyBytes } from '../../../src/server/http/body-bytes.js';

const mib = 1024 * 1024;

it.each([
  ['a small body', 1_000, 1_000],
  ['a large one of known length', 11 * mib, 11 * mib],
  ['a large one of unknown length', 11 * mib, 0],
  ['an empty one', 0, 0],
])('collects %s', (_what, length, expected) => {
  const sent = randomBytes(length);
  const body = new BodyBytes(expected);
  for (let at = 0; at < length; at += 65_000) body.add(sent.subarray(at, at + 65_000));
  expect(body.whole().equals(sent)).toBe(true);
});

it('allocates the memory of a large body once, when eight megabytes of it have arrived', () => {
  const body = new BodyBytes(64 * mib);
  body.add(Buffer.alloc(1_000));
  expect(body.whole()).toHaveLength(1_000);
  body.add(Buffer.alloc(7 * mib));
  expect(body.whole()).toHaveLength(1_000 + 7 * mib);
  body.add(Buffer.alloc(mib));
  const whole = body.whole();
  expect(whole).toHaveLength(64 * mib);
  expect(whole.buffer.byteLength).toBe(64 * mib);
});
