import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytes, type GitFixture, gitFixture } from './git-fixture.js';

// A file system of 8 MiB in memory. To mount one takes root, which CI has, and many a desk has not.
const mayMount = process.platform === 'linux' && process.getuid?.() === 0;

describe.skipIf(!mayMount)('on a full disk', () => {
  let root: string;
  let at: GitFixture;
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'full-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'none', root]);
    at = await gitFixture({ 'README.md': '# Hello\n', 'a.txt': 'a' }, { root });
  });
  afterEach(async () => {
    await at.store.close();
    execFileSync('umount', [root]);
    rmSync(root, { recursive: true, force: true });
  });

  const ballast = () => join(root, 'ballast');
  /** Leaves so many bytes free. */
  function fill(free = 0): void {
    const { bavail, bsize } = statfsSync(root);
    writeFileSync(ballast(), Buffer.alloc(Math.max(0, bavail * bsize - free)));
  }
  const save = (text: string | Buffer) =>
    at.commit({ kind: 'save', path: 'a.txt', bytes: Buffer.from(text) });
  const refused = { code: 'storage_unavailable' };

  it.each([
    ['the journal cannot be made', false, 0],
    ['the journal has no room to grow', false, 64 * 1024],
    ['the objects have no room', true, 0],
    ['the objects have room for one of them', true, 4096],
  ])('a save is refused when %s, and succeeds once there is space', async (_, warm, free) => {
    if (warm) await save('before');
    const tip = at.git('rev-parse', 'main');
    const text = randomBytes(20_000).toString('hex');
    fill(free);
    for (let n = 0; n < 5; n++) await expect(save(text)).rejects.toMatchObject(refused);
    expect(at.git('rev-parse', 'main')).toBe(tip);
    expect(readdirSync(join(at.gitdir, 'refs/heads'))).toEqual(['main']);
    at.fsck();
    rmSync(ballast());
    const { commitOid } = await save(text);
    expect(at.git('rev-parse', 'main')).toBe(commitOid);
    expect(at.git('show', 'main:a.txt')).toBe(text);
    at.fsck();
    expect(readdirSync(join(at.gitdir, 'gateway-tmp'))).toEqual([]);
  });

  it('a large save is refused, and leaves no file', async () => {
    await save('before');
    const large = randomBytes(3 * 1024 * 1024);
    fill(1024 * 1024);
    await expect(save(large)).rejects.toMatchObject(refused);
    expect(readdirSync(join(at.gitdir, 'gateway-tmp'))).toEqual([]);
    rmSync(ballast());
    await save(large);
    at.fsck();
  });

  it('all acknowledged saves exist when the store is opened again', async () => {
    await save('before');
    fill();
    await expect(save(randomBytes(20_000))).rejects.toMatchObject(refused);
    rmSync(ballast());
    await at.commit({ kind: 'create', path: 'b.txt', bytes: bytes('b') });
    await at.store.close();
    expect(readdirSync(join(root, 'gateway-journal'))).toEqual([]);
    expect(at.git('show', 'main:a.txt')).toBe('before');
    expect(at.git('show', 'main:b.txt')).toBe('b');
    at.fsck();
  });
});
