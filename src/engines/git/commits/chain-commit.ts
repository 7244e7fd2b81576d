import type { CommitInput, CommitResult, FileChange } from '../git-types.js';
import { encodeCommit } from '../objects/commit-object.js';
import { ObjectBatch } from '../objects/object-batch.js';
import type { ObjectStore } from '../objects/object-store.js';
import { applyChanges } from '../trees/apply-changes.js';
import { TreeEditor } from '../trees/tree-editor.js';

/** The commit that becomes the parent of the next one. */
export interface Tip {
  oid: string;
  treeOid: string;
  date: Date;
}

/**
 * Creates one commit after a chain of commits that are not written yet.
 * @returns the result, the new tip, and the new objects, which the caller adds to the chain
 * @throws what {@link applyChanges} throws
 */
export async function chainCommit(
  objects: ObjectStore,
  chain: ObjectBatch,
  tip: Tip,
  input: CommitInput,
): Promise<{ result: CommitResult; tip: Tip; batch: ObjectBatch }> {
  const batch = new ObjectBatch(objects, chain);
  const editor = new TreeEditor(batch, tip.treeOid);
  const { files, moves } = await applyChanges({ editor, batch, branch: input.branch }, input.changes);
  const treeOid = await editor.write(batch);
  if (treeOid === tip.treeOid && moves.length === 0) {
    const result = { commitOid: tip.oid, parentOid: tip.oid, changed: false, date: tip.date, files };
    return { result, tip, batch: new ObjectBatch(objects) };
  }
  const date = new Date(Math.floor(Date.now() / 1000) * 1000);
  const { author, committer, message } = input;
  const renames = recordsRenames(input) ? moves : null;
  const oid = batch.add(
    'commit',
    encodeCommit({ treeOid, parents: [tip.oid], author, committer, date, message, renames }),
  );
  const result = { commitOid: oid, parentOid: tip.oid, changed: true, date, files };
  return { result, tip: { oid, treeOid, date }, batch };
}

/** Whether a guess could differ from what the changes say: it needs a path that disappears and one that appears. */
function recordsRenames({ changes, guessesRenames = false }: CommitInput): boolean {
  const has = (wanted: FileChange['kind']) => changes.some(({ kind }) => kind === wanted);
  return has('move') || (!guessesRenames && has('delete') && has('create'));
}
