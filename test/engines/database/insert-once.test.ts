import { describe, expect, it, vi } from 'vitest';
import { FormerOwnerError } from '../../../src/engines/database/former-owner-error.js';
import { insertOnce } from '../../../src/engines/database/insert-once.js';

const away = Object.assign(new Error('away'), { code: 'P1001' });
const refused = new Error('refused');
/** An insert whose tries fail with these errors, one after the other. */
const failing = (...errors: Error[]) =>
  vi.fn(async () => {
    const error = errors.shift();
    if (error) throw error;
    return 'inserted';
  });

describe('insertOnce', () => {
  it('repeats an insert that a cut connection has prevented', async () => {
    expect(await insertOnce(failing(away), async () => null)).toBe('inserted');
  });

  it('returns what an earlier try has written, when the next one is refused because of it', async () => {
    expect(await insertOnce(failing(away, refused), async () => 'found')).toBe('found');
  });

  it('throws why the next try was refused, when nothing is written', async () => {
    await expect(insertOnce(failing(away, refused), async () => null)).rejects.toBe(refused);
  });

  it('does not look for what the first try was refused for', async () => {
    const find = vi.fn(async () => 'of another request');
    await expect(insertOnce(failing(refused), find)).rejects.toBe(refused);
    expect(find).not.toHaveBeenCalled();
  });

  it('gives a former owner of the kernels nothing to work on', async () => {
    const former = new FormerOwnerError();
    await expect(insertOnce(failing(away, former), async () => 'found')).rejects.toBe(former);
  });
});
