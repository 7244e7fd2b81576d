import {
  chmodSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diskSyncs, type Syncs, syncPaths } from '../../../src/engines/git/durability/syncs.js';
import { objectId } from '../../../src/engines/git/object-id.js';
import { encodeLoose } from '../../../src/engines/git/objects/object-codec.js';

let root: string;
let files: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'syncs-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The kernel's clock for files goes on in steps of up to 10 ms. */
const nextTick = () => sleep(20);

/** Fails the first flush of each file, and takes it for flushed from then on until it is written to, as Linux does. */
function forgetfulSyncs(): Syncs & { lost: Set<bigint> } {
  const failedAt = new Map<bigint, bigint>();
  const lost = new Set<bigint>();
  const flush = ({ ino, ctimeNs }: { ino: bigint; ctimeNs: bigint }) => {
    if (failedAt.get(ino) === ctimeNs) lost.add(ino);
  };
  return {
    ...diskSyncs,
    lost,
    all: async (fd) => {
      const file = fstatSync(fd, { bigint: true });
      if (!failedAt.has(file.ino)) {
        failedAt.set(file.ino, file.ctimeNs);
        throw new Error('the disk is broken');
      }
      flush(file);
    },
    fileSystem: async () => {
      for (const file of files) flush(statSync(file, { bigint: true }));
      return true;
    },
  };
}

describe('a flush after a failed flush', () => {
  it.each([1, 60])('flushes bytes that were written again, also with %i files', async (count) => {
    files = Array.from({ length: count }, (_, n) => join(root, `file-${n}`));
    for (const file of files) writeFileSync(file, `text of ${file}`, { mode: 0o444 });
    const before = statSync(files[0]!, { bigint: true });
    const syncs = forgetfulSyncs();
    for (const file of files) {
      await expect(syncPaths([file], syncs, root)).rejects.toThrow('the disk is broken');
    }
    await nextTick();
    await syncPaths(files, syncs, root);
    expect(syncs.lost.size).toBe(0);
    for (const file of files) expect(readFileSync(file, 'utf8')).toBe(`text of ${file}`);
    const after = statSync(files[0]!, { bigint: true });
    expect(after.mode).toBe(before.mode);
    // Node cuts the restored time to microseconds, after a double of its seconds has rounded it by up to 0.24 of one.
    expect(Math.abs(Number(after.mtimeNs - before.mtimeNs))).toBeLessThan(2000);
    // It is believed again.
    await nextTick();
    await syncPaths(files, diskSyncs, root);
    expect(statSync(files[0]!, { bigint: true }).ctimeNs).toBe(after.ctimeNs);
  });

  it('is refused when an object or a ref is incomplete', async () => {
    const oid = objectId('blob', Buffer.from('x'));
    files = [join(root, 'r.git/objects', oid.slice(0, 2), oid.slice(2)), join(root, 'r.git/refs/heads/main')];
    const texts = [await encodeLoose('blob', Buffer.from('x')), Buffer.from(`${oid}\n`)];
    const syncs = forgetfulSyncs();
    for (const [n, file] of files.entries()) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, texts[n]!);
      await expect(syncPaths([file], syncs, root)).rejects.toThrow('the disk is broken');
      chmodSync(file, 0o644);
      writeFileSync(file, Buffer.alloc(texts[n]!.length));
      await expect(syncPaths([file], syncs, root)).rejects.toThrow();
      writeFileSync(file, texts[n]!);
      await nextTick();
      await syncPaths([file], syncs, root);
    }
  });
});
