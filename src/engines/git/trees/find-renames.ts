import { type NativeGit, NativeGitError } from '../native/native-git.js';
import type { ObjectStore } from '../objects/object-store.js';
import type { RenameSearch } from '../rename-search.js';
import { type FileDifference, withRenames } from './tree-diff.js';

/** Beyond so many added or deleted files, Git compares none by their content. */
const maxCandidates = 400;
/** Milliseconds. After that, only files with the same bytes count as renamed. */
const timeoutMs = 5_000;
/** Blobs of so many bytes are not compared by their content. */
const maxCompared = 4 * 1024 * 1024;

/**
 * Guesses which files were renamed between two trees: those with the same bytes, and, as `git diff` finds them, those of which
 * half is the same.
 * @param trees.found the files that differ and may be renamed; others are left out
 * @returns by the new path, the old one
 * @throws what `search.enter` throws
 */
export async function findRenames(
  git: { objects: ObjectStore; native: NativeGit },
  trees: { before: string; after: string; found: FileDifference[]; search: RenameSearch },
): Promise<Map<string, string>> {
  const { found } = trees;
  const exact = new Map(
    withRenames(found).flatMap(({ path, renamedFrom }) =>
      renamedFrom === undefined ? [] : [[path, renamedFrom] as const],
    ),
  );
  const taken = new Set(exact.values());
  const deleted = found.filter(({ path, after: blob }) => blob === null && !taken.has(path));
  const added = found.filter(({ path, before: blob }) => blob === null && !exact.has(path));
  if (deleted.length === 0 || added.length === 0) return exact;
  if (Math.max(deleted.length, added.length) > maxCandidates) return exact;
  if (await hasLarge(git.objects, deleted, added)) return exact;
  const candidates = { before: new Set(pathsOf(deleted)), after: new Set(pathsOf(added)) };
  for (const [from, to] of await similarFiles(git, trees))
    if (candidates.before.has(from) && candidates.after.has(to)) exact.set(to, from);
  return exact;
}

function pathsOf(files: readonly FileDifference[]): string[] {
  return files.map(({ path }) => path);
}

async function hasLarge(
  objects: ObjectStore,
  deleted: readonly FileDifference[],
  added: readonly FileDifference[],
): Promise<boolean> {
  for (const { before } of deleted) if ((await objects.blobSize(before!)) > maxCompared) return true;
  for (const { after } of added) if ((await objects.blobSize(after!)) > maxCompared) return true;
  return false;
}

/** The old and the new path of each renamed file, as Git finds them; none when it takes too long or is ended. */
async function similarFiles(
  { objects, native }: { objects: ObjectStore; native: NativeGit },
  { before, after, search }: { before: string; after: string; search: RenameSearch },
): Promise<[string, string][]> {
  const args = ['diff-tree', '-r', '-z', '-M', `-l${maxCandidates}`, '--diff-filter=R', '--name-status'];
  const leave = await search.enter();
  try {
    const printed = await native.run([...args, before, after], {
      gitdir: objects.files.gitdir,
      env: { GIT_NO_REPLACE_OBJECTS: '1' },
      timeoutMs,
      signal: search.signal,
    });
    const tokens = printed.toString().split('\0');
    const pairs: [string, string][] = [];
    for (let index = 0; index + 2 < tokens.length; index += 3)
      pairs.push([tokens[index + 1]!, tokens[index + 2]!]);
    return pairs;
  } catch (error) {
    if (error instanceof NativeGitError) return [];
    throw error;
  } finally {
    leave();
  }
}
