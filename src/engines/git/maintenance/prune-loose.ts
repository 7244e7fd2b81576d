import { link, mkdir, readdir, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '../durability/storage-error.js';
import { tempFolder } from '../durability/temp-name.js';
import { type NativeGit, NativeGitError } from '../native/native-git.js';
import { runInBackground } from './run-in-background.js';

/** How long an object that nothing refers to is kept. */
const keptMs = 14 * 24 * 60 * 60_000;
/** What git says of a ref that is damaged, or leads to an object that is missing. */
const damagedRef = /unable to parse object: (HEAD|refs\/)/;
const asidePrefix = 'pruned-';

/**
 * Removes the loose objects that no ref leads to, that nothing young refers to, and that have not been written or found
 * again for two weeks.
 *
 * What a save or push under way refers to stays: it is reachable from the tip that the commit is put on, or it has been
 * written, or found and given the present time, by that very save. The last can happen at any moment, so an object is
 * moved aside first and looked at then: whoever found it before has made it young, and it is put back; whoever looks
 * for it later does not find it and writes it anew.
 * @returns how many are gone; none while a ref is damaged, for then it is not known what it led to
 */
export async function pruneLoose(native: NativeGit, gitdir: string, signal: AbortSignal): Promise<number> {
  const seconds = Math.floor((Date.now() - keptMs) / 1000);
  const printed = await runInBackground(native, ['prune', '--dry-run', `--expire=@${seconds} +0000`], {
    gitdir,
    signal,
    // What a damaged ref led to is not taken for what nothing leads to.
    env: { GIT_REF_PARANOIA: '1' },
  }).catch((error) => {
    if (error instanceof NativeGitError && damagedRef.test(error.stderr)) return '';
    throw error;
  });
  let count = 0;
  for (const [, oid] of printed.matchAll(/^([0-9a-f]{40}) (?:blob|tree|commit|tag|unknown)$/gm)) {
    signal.throwIfAborted();
    if (await removeOld(gitdir, oid!)) count += 1;
  }
  return count;
}

async function removeOld(gitdir: string, oid: string): Promise<boolean> {
  const aside = join(gitdir, tempFolder, asidePrefix + oid);
  await mkdir(join(gitdir, tempFolder), { recursive: true });
  try {
    await rename(objectFile(gitdir, oid), aside);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
  const { mtimeMs } = await stat(aside);
  const young = Date.now() - mtimeMs < keptMs;
  if (young) await putBack(gitdir, oid);
  else await unlink(aside);
  return !young;
}

/** Puts back what a prune had moved aside when it was killed; the next prune judges it anew. */
export async function restorePruned(gitdir: string): Promise<void> {
  for (const name of await readdir(join(gitdir, tempFolder)).catch(() => [])) {
    if (name.startsWith(asidePrefix)) await putBack(gitdir, name.slice(asidePrefix.length));
  }
}

async function putBack(gitdir: string, oid: string): Promise<void> {
  const aside = join(gitdir, tempFolder, asidePrefix + oid);
  const file = objectFile(gitdir, oid);
  await mkdir(dirname(file), { recursive: true });
  await link(aside, file).catch((error: unknown) => {
    // Somebody wrote it anew.
    if (errnoOf(error) !== 'EEXIST') throw error;
  });
  await unlink(aside);
}

function objectFile(gitdir: string, oid: string): string {
  return join(gitdir, 'objects', oid.slice(0, 2), oid.slice(2));
}
