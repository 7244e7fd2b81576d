import { read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { PackDamage } from './pack-damage.js';

const readAsync = promisify(read);

/**
 * Reads exactly `length` bytes at a position, synchronously: a few kilobytes usually come from the memory of the operating
 * system, in a tenth of the time that the thread pool takes.
 * @throws PackDamage when the file ends before
 */
export function readAt(fd: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(fd, bytes, filled, length - filled, position + filled);
    if (count === 0) throw new PackDamage('a file is too short');
    filled += count;
  }
  return bytes;
}

/** Reads like {@link readAt}, but in the thread pool. @throws PackDamage when the file ends before */
export async function readLater(fd: number, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await readAsync(fd, bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) throw new PackDamage('a file is too short');
    filled += bytesRead;
  }
  return bytes;
}
