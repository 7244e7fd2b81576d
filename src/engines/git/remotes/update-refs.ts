import { randomUUID } from 'node:crypto';
import { mkdir, open, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '../durability/temp-name.js';
import { type NativeGit, NativeGitError } from '../native/native-git.js';
import { clearStaleLocks, notePrefix, updateTimeoutMs } from './stale-locks.js';

/** How many lines are one transaction: all of them are carried out, or none. */
export const updatesAtOnce = 500;

/**
 * Runs lines of `git update-ref --stdin`. Git's locks bear no name, so a note says for as long which
 * refs are locked by us: whoever comes after a kill removes what it left, and nothing of another git.
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
    // One that was killed leaves its locks.
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
