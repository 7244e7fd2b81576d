import { randomUUID } from 'node:crypto';
import { mkdir, open, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '../durability/temp-name.js';
import { type NativeGit, NativeGitError } from '../native/native-git.js';
import { clearStaleLocks, notePrefix, updateTimeoutMs } from './stale-locks.js';

/** The maximum number of lines in one transaction, which is carried out as a whole or not at all. */
export const updatesAtOnce = 500;

/**
 * Runs lines of `git update-ref --stdin`. A lock of Git does not identify its owner, so a note lists the refs as long as they
 * are locked. After a kill, the next update removes exactly these locks, and none of another Git process.
 * @throws NativeGitError, DomainError `storage_unavailable`
 * @see https://git-scm.com/docs/git-update-ref
 */
export async function updateRefs(native: NativeGit, gitdir: string, lines: string[]): Promise<void> {
  if (lines.length === 0) return;
  await clearStaleLocks(gitdir);
  for (let at = 0; at < lines.length; at += updatesAtOnce) {
    await updateNoted(native, gitdir, lines.slice(at, at + updatesAtOnce));
  }
}

async function updateNoted(native: NativeGit, gitdir: string, lines: string[]): Promise<void> {
  const refs = lines.map((line) => line.split(' ')[1]!);
  const note = join(gitdir, tempFolder, `${notePrefix}${randomUUID()}`);
  await mkdir(join(gitdir, tempFolder), { recursive: true });
  await writeDurably(note, `${refs.join('\n')}\n`);
  try {
    const input = `${lines.join('\n')}\n`;
    await native.run(['update-ref', '--stdin'], { gitdir, input, timeoutMs: updateTimeoutMs });
  } catch (error) {
    // An update that was killed leaves its locks, so its note stays too.
    if (!(error instanceof NativeGitError && error.exitCode === null)) await unlink(note);
    throw error;
  }
  await unlink(note);
}

async function writeDurably(file: string, text: string): Promise<void> {
  await writeFile(file, text, { flush: true });
  const folder = await open(join(file, '..'));
  await folder.sync().finally(() => folder.close());
}
