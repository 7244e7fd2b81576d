import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { SecretBox } from '../../src/remotes/secret-box.js';

it('a sealed text opens only unchanged, with the same key and for the same scope', () => {
  const box = new SecretBox(randomBytes(32));
  const sealed = box.seal('pässword', 'here');
  expect(box.open(sealed, 'here')).toBe('pässword');
  expect(box.open(sealed, 'there')).toBeNull();
  expect(new SecretBox(randomBytes(32)).open(sealed, 'here')).toBeNull();
  for (let at = 0; at < sealed.length; at++) {
    const changed = Uint8Array.from(sealed);
    changed[at]! ^= 1;
    expect(box.open(changed, 'here')).toBeNull();
    expect(box.open(sealed.subarray(0, at), 'here')).toBeNull();
  }
  expect(Buffer.from(sealed).includes('pässword')).toBe(false);
  expect(Buffer.from(box.seal('pässword', 'here'))).not.toEqual(Buffer.from(sealed));
});
