import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** What a killed git leaves, by folder below `objects`. A lock or temp file in use is written to, so it is young. */
const leftovers = [
  { folder: 'pack', name: /^(\.tmp-\d+-pack-|tmp_(pack|idx|rev|bitmap|mtimes)_)/, olderThanMs: hourMs },
  { folder: 'info/commit-graphs', name: /^(tmp_graph_|commit-graph-chain\.lock$)/, olderThanMs: minuteMs },
];

/**
 * Removes the temporary files and the lock that a maintenance left which was killed itself, and not only told to end.
 * To be called by the one that holds the repository's maintenance. Packs that a fetch writes are told by their age.
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
