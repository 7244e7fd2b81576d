import { link, mkdir, readdir, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '../durability/storage-error.js';
import { tempFolder } from '../durability/temp-name.js';
import { type NativeGit, NativeGitError } from '../native/native-git.js';
import { loosePath } from '../objects/read-loose.js';
import { runInBackground } from './run-in-background.js';

/** Milliseconds that an object without references is kept. */
const keptMs = 14 * 24 * 60 * 60_000;
/** What Git prints about a ref that is damaged or leads to a missing object. */
const damagedRef = /unable to parse object: (HEAD|refs\/)/;
const asidePrefix = 'pruned-';

/**
 * Removes the loose objects that neither a ref nor a recent object leads to, and that nobody has written or reused for two
 * weeks.
 *
 * The objects of a save or push that is still running stay. Either they are reachable from the branch's tip, or that save
 * has written them, or it has found them and set their time to now. The last can happen at any moment, so an object is
 * renamed first and its time is read afterwards: if somebody found the object before, its time is recent and it is put
 * back; who looks for it later does not find it and writes it again.
 *
 * While a ref is damaged it removes none, because nobody knows what that ref led to.
 */
export async function pruneLoose(native: NativeGit, gitdir: string, signal: AbortSignal): Promise<void> {
  const seconds = Math.floor((Date.now() - keptMs) / 1000);
  const printed = await runInBackground(native, ['prune', '--dry-run', `--expire=@${seconds} +0000`], {
    gitdir,
    signal,
    // Git must fail at a damaged ref, instead of listing what that ref led to.
    env: { GIT_REF_PARANOIA: '1' },
  }).catch((error) => {
    if (error instanceof NativeGitError && damagedRef.test(error.stderr)) return '';
    throw error;
  });
  for (const [, oid] of printed.matchAll(/^([0-9a-f]{40}) (?:blob|tree|commit|tag|unknown)$/gm)) {
    signal.throwIfAborted();
    await removeOld(gitdir, oid!);
  }
}

async function removeOld(gitdir: string, oid: string): Promise<void> {
  const aside = join(gitdir, tempFolder, asidePrefix + oid);
  await mkdir(join(gitdir, tempFolder), { recursive: true });
  try {
    await rename(loosePath(gitdir, oid), aside);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  const { mtimeMs } = await stat(aside);
  if (Date.now() - mtimeMs < keptMs) await putBack(gitdir, oid);
  else await unlink(aside);
}

/** Puts back the objects that a prune had renamed when it was killed. The next prune decides again. */
export async function restorePruned(gitdir: string): Promise<void> {
  for (const name of await readdir(join(gitdir, tempFolder)).catch(() => [])) {
    if (name.startsWith(asidePrefix)) await putBack(gitdir, name.slice(asidePrefix.length));
  }
}

async function putBack(gitdir: string, oid: string): Promise<void> {
  const aside = join(gitdir, tempFolder, asidePrefix + oid);
  const file = loosePath(gitdir, oid);
  await mkdir(dirname(file), { recursive: true });
  await link(aside, file).catch((error: unknown) => {
    // Somebody wrote it again.
    if (errnoOf(error) !== 'EEXIST') throw error;
  });
  await unlink(aside);
}
