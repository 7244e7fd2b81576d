import { readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, storageUnavailable } from '../durability/storage-error.js';

/** Up to this many bytes, some 1,000 refs, are read synchronously in 0.02 ms; the thread pool takes 0.1 ms. */
const maxSyncBytes = 64 * 1024;

/**
 * Reads the refs that native git has packed, by full name; empty when there are none.
 * @throws DomainError `storage_unavailable` when the file is truncated or malformed
 * @see https://git-scm.com/docs/git-pack-refs
 */
export async function readPackedRefs(gitdir: string): Promise<Map<string, string>> {
  const refs = new Map<string, string>();
  const text = await packedText(join(gitdir, 'packed-refs'));
  if (text !== '' && !text.endsWith('\n')) throw storageUnavailable(new Error('packed-refs is truncated'));
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#') || line.startsWith('^')) continue;
    const match = /^([0-9a-f]{40}) (refs\/.+)$/.exec(line);
    if (!match) throw storageUnavailable(new Error('packed-refs is malformed'));
    refs.set(match[2]!, match[1]!);
  }
  return refs;
}

async function packedText(file: string): Promise<string> {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return '';
  try {
    return size > maxSyncBytes ? await readFile(file, 'utf8') : readFileSync(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return '';
    throw error;
  }
}

/** The file's text without one ref (and the peeled line that follows it). */
export function withoutPackedRef(text: string, ref: string): string {
  let dropping = false;
  const kept = text.split('\n').filter((line) => {
    dropping = line.endsWith(` ${ref}`) || (dropping && line.startsWith('^'));
    return !dropping;
  });
  return kept.join('\n');
}
