import { DomainError, notFound } from '../../../errors.js';
import { faultsBelow } from '../../../validation/faults-below.js';
import { assertReadablePath, assertWritablePath, invalidPath } from '../file-path.js';
import type { CommitResult, FileChange, RecordedRename } from '../git-types.js';
import type { ObjectBatch } from '../objects/object-batch.js';
import { fileExists, type TreeEditor } from './tree-editor.js';

const newFileMode = '100644';
const pathField = ['path'];
const newPathField = ['newPath'];

/**
 * Applies changes to a tree, in order, and adds the new blobs to the batch.
 * @param to.branch is named in a conflict
 * @returns the created, saved and moved files, and from where in the parent each moved file came in the end
 * @throws DomainError `invalid_path` (its paths begin with the change's `at`), `not_found`, `file_exists`,
 *   `base_sha_conflict`
 */
export async function applyChanges(
  to: { editor: TreeEditor; batch: ObjectBatch; branch: string },
  changes: FileChange[],
): Promise<{ files: CommitResult['files']; moves: RecordedRename[] }> {
  const files = new Map<string, CommitResult['files'][number]>();
  /** By path, where its file was in the parent; null for a file that is new or gone. Other files were where they are. */
  const origins = new Map<string, string | null>();
  const originOf = (path: string) => origins.get(path) ?? (origins.has(path) ? null : path);
  const put = (path: string, oid: string, size: number) => files.set(path, { path, oid, size });
  const apply = async (change: FileChange) => {
    if (change.kind === 'create') {
      assertWritablePath(change.path);
      const oid = await to.batch.addBlob(change.bytes);
      await to.editor.add(change.path, { mode: newFileMode, oid }, pathField);
      origins.set(change.path, null);
      return put(change.path, oid, change.bytes.length);
    }
    const current = await existingFile(to, change);
    if (change.kind === 'save') {
      const oid = await to.batch.addBlob(change.bytes);
      if (oid !== current.oid) await to.editor.replace(change.path, { mode: current.mode, oid });
      return put(change.path, oid, change.bytes.length);
    }
    if (change.kind === 'delete') {
      await to.editor.remove(change.path);
      origins.set(change.path, null);
      return files.delete(change.path);
    }
    assertWritablePath(change.newPath, newPathField);
    if (change.newPath === change.path) throw fileExists(change.path);
    await to.editor.remove(change.path);
    await to.editor.add(change.newPath, current, newPathField);
    origins.set(change.newPath, originOf(change.path));
    origins.set(change.path, null);
    files.delete(change.path);
    return put(change.newPath, current.oid, await to.batch.blobSize(current.oid));
  };
  for (const change of changes) await faultsBelow(change.at ?? [], () => apply(change));
  const moves = [...origins].flatMap(([path, from]) =>
    from === null || from === path ? [] : [{ from, to: path }],
  );
  return { files: [...files.values()], moves };
}

/** The file of a change, checked against its base sha. */
async function existingFile(
  { editor, branch }: { editor: TreeEditor; branch: string },
  change: Exclude<FileChange, { kind: 'create' }>,
): Promise<{ mode: string; oid: string }> {
  const { path, baseSha, conflictsIfGone = false } = change;
  assertReadablePath(path);
  const found = await editor.find(path);
  const current = found.kind === 'file' ? found.oid : null;
  const isConflict = current === null ? conflictsIfGone : baseSha !== current;
  if (baseSha !== undefined && isConflict) throw conflict({ path, branch, baseSha, currentSha: current });
  if (found.kind === 'directory') throw invalidPath('is a folder');
  if (found.kind !== 'file') throw notFound('The file', { path });
  return { mode: found.mode === '100755' ? '100755' : newFileMode, oid: found.oid };
}

function conflict(extra: {
  path: string;
  branch: string;
  baseSha: string;
  currentSha: string | null;
}): DomainError {
  const message = extra.currentSha
    ? 'The file was changed since it was read; read it again and merge.'
    : 'The file was deleted or moved since it was read; look for it, or commit it under another path.';
  return new DomainError('base_sha_conflict', message, { extra });
}
