import { storageUnavailable } from '../durability/storage-error.js';
import type { GrepQuery } from '../grep-query.js';
import { type NativeGit, NativeGitError } from './native-git.js';
import { readablePath } from './native-history.js';

/** Bytes. No path is as long, with the commit that git prints before it. */
const maxToken = 8 * 1024;
/** `refs/replace` would make Git search another commit. Letters outside of ASCII have two cases in UTF-8 only. */
const env = { GIT_NO_REPLACE_OBJECTS: '1', LC_ALL: 'C.UTF-8' };
/** One thread at the lowest priority, because nobody has to wait for a search. */
const config = { 'grep.threads': '1', 'submodule.recurse': 'false' };

/**
 * The paths of the regular files of a commit that contain a text, by path in byte order; of binary files too. Git stops when
 * the iteration ends.
 * @param signal stops git, which ends the iteration without an error
 * @throws DomainError `storage_unavailable`
 * @see https://git-scm.com/docs/git-grep
 */
export async function* grepPaths(
  native: NativeGit,
  gitdir: string,
  commitOid: string,
  { texts, isCaseSensitive, signal }: GrepQuery & { signal: AbortSignal },
): AsyncGenerator<string> {
  const options = ['--files-with-matches', '-z', '--fixed-strings', ...(isCaseSensitive ? [] : ['-i'])];
  const args = ['grep', ...options, ...texts.flatMap((text) => ['-e', text]), commitOid, '--'];
  const git = native.start(args, { gitdir, env, config, signal, isBackground: true });
  git.stdin.end();
  try {
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of git.stdout as AsyncIterable<Buffer>) {
      rest = Buffer.concat([rest, chunk]);
      let start = 0;
      for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0, start)) {
        // The commit and a colon come before the path.
        const path = readablePath(rest.subarray(start + commitOid.length + 1, end));
        if (path !== null) yield path;
        start = end + 1;
      }
      rest = rest.subarray(start);
      if (rest.length > maxToken) return;
    }
    const code = await git.exited;
    // 1 is that nothing was found.
    if (code !== 0 && code !== 1 && !signal.aborted)
      throw storageUnavailable(new NativeGitError('grep', code, git.errorOutput));
  } finally {
    git.stop();
  }
}
