import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The files that a killed Git leaves, by folder in `objects`. A file in use is young, because Git writes to it. */
const leftovers = [
  { folder: 'pack', name: /^(\.tmp-\d+-pack-|tmp_(pack|idx|rev|bitmap|mtimes)_)/, olderThanMs: hourMs },
  { folder: 'info/commit-graphs', name: /^(tmp_graph_|commit-graph-chain\.lock$)/, olderThanMs: minuteMs },
];

/**
 * Removes the temporary files and the lock of a maintenance that was killed with `SIGKILL`. The caller must hold the lease of
 * the repository's maintenance. The age of a file distinguishes it from a pack that is being written.
 */
export async function clearLeftovers(gitdir: string): Promise<void> {
  for (const { folder, name, olderThanMs } of leftovers) {
    const directory = join(gitdir, 'objects', folder);
    for (const entry of await readdir(directory).catch(() => [])) {
      if (!name.test(entry)) continue;
      const file = await stat(join(directory, entry)).catch(() => null);
      if (file && Date.now() - file.mtimeMs > olderThanMs) await unlink(join(directory, entry));
    }
  }
}
