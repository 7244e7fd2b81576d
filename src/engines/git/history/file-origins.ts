import type { RecordedRename } from '../git-types.js';
import type { ObjectStore } from '../objects/object-store.js';
import { blobsAt } from '../trees/blobs-at.js';
import type { FileDifference } from '../trees/tree-diff.js';

/**
 * By the path of a file in a commit, its path in the merge base. Null: the file did not come from the merge base. Missing: the path
 * is the same there.
 */
export type FileOrigins = Map<string, string | null>;

/**
 * Changes the origins of the parent into those of its child.
 * @param step.paths those that some commit renames a file from or to; what became of other files is of no use
 */
export function applyToOrigins(
  origins: FileOrigins,
  step: {
    renames: readonly RecordedRename[];
    differences: readonly FileDifference[];
    paths: ReadonlySet<string>;
  },
): void {
  const moved = step.renames.map(({ from, to }) => [to, originOf(origins, from)] as const);
  for (const { path, after } of step.differences)
    if (after === null && step.paths.has(path)) origins.set(path, null);
  for (const { from } of step.renames) origins.set(from, null);
  for (const [to, origin] of moved) origins.set(to, origin);
}

/**
 * The origins of the files of a merge. A file has that of the parents which have one at its path; where these disagree, that of
 * the parents which have the same bytes, and else none.
 * @param parents each with its tree and its origins
 * @throws DomainError `payload_too_large`
 */
export async function mergedOrigins(
  objects: ObjectStore,
  treeOid: string,
  parents: readonly { treeOid: string; origins: FileOrigins }[],
): Promise<FileOrigins> {
  const paths = new Set(parents.flatMap(({ origins }) => [...origins.keys()]));
  const merged: FileOrigins = new Map();
  if (paths.size === 0) return merged;
  const blobs = await blobsAt(objects, treeOid, paths);
  const sides: { blobs: Map<string, string>; origins: FileOrigins }[] = [];
  for (const side of parents)
    sides.push({ blobs: await blobsAt(objects, side.treeOid, paths), origins: side.origins });
  for (const path of paths) {
    const having = sides.filter((side) => side.blobs.has(path));
    const same = having.filter((side) => side.blobs.get(path) === blobs.get(path));
    const origin = blobs.has(path) ? (agreed(having, path) ?? agreed(same, path) ?? null) : null;
    if (origin !== path) merged.set(path, origin);
  }
  return merged;
}

/** Undefined where they disagree, and where there are none. */
function agreed(sides: readonly { origins: FileOrigins }[], path: string): string | null | undefined {
  const found = new Set(sides.map(({ origins }) => originOf(origins, path)));
  return found.size === 1 ? [...found][0] : undefined;
}

function originOf(origins: FileOrigins, path: string): string | null {
  return origins.get(path) ?? (origins.has(path) ? null : path);
}
