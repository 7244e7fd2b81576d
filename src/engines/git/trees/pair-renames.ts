/**
 * Pairs deleted files with added files of the same content, each once: first those with the same name, then those in the same
 * folder, then the others by path. Git does not record renames, so this is a guess.
 * @param deleted paths, sorted
 * @param added paths, sorted
 * @returns by the added path
 */
export function pairRenames(deleted: readonly string[], added: readonly string[]): Map<string, string> {
  const pairs = new Map<string, string>();
  let left = deleted;
  for (const part of [nameOf, folderOf, () => '']) {
    const waiting = new Map<string, string[]>();
    for (const path of left) {
      const paths = waiting.get(part(path));
      if (paths) paths.push(path);
      else waiting.set(part(path), [path]);
    }
    for (const paths of waiting.values()) paths.reverse();
    const taken = new Set<string>();
    for (const path of added) {
      const from = pairs.has(path) ? undefined : waiting.get(part(path))?.pop();
      if (from === undefined) continue;
      pairs.set(path, from);
      taken.add(from);
    }
    left = left.filter((path) => !taken.has(path));
  }
  return pairs;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
