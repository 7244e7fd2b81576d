import { setTimeout as sleep } from 'node:timers/promises';
import { notFound } from '../errors.js';
import { applyChanges } from './apply-changes.js';
import type { BranchQueue } from './branch-queue.js';
import { decodeCommit, encodeCommit } from './commit-object.js';
import type { CommitInput, CommitResult } from './git-types.js';
import { ObjectBatch } from './object-batch.js';
import type { ObjectStore } from './object-store.js';
import { assertBranchName } from './ref-name.js';
import type { RefStore } from './ref-store.js';
import { storageUnavailable } from './storage-error.js';
import { TreeEditor } from './tree-editor.js';

const mostAttempts = 50;

/**
 * Makes one commit on a branch; see {@link GitRepository.commit}. The objects are durable before the ref names them, and
 * git's lock on the ref is held for the compare-and-swap only.
 */
export async function commitToBranch(
  to: { objects: ObjectStore; refs: RefStore; queue: BranchQueue },
  input: CommitInput,
): Promise<CommitResult> {
  assertBranchName(input.branch);
  return to.queue.run(`${to.objects.repositoryId}:${input.branch}`, async () => {
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      const result = await attemptCommit(to, input);
      if (result) return result;
      await sleep(Math.random() * 10 * Math.min(attempt, 10));
    }
    throw storageUnavailable(new Error('the branch kept moving'));
  });
}

/** Null when the branch moved meanwhile. */
async function attemptCommit(
  { objects, refs }: { objects: ObjectStore; refs: RefStore },
  input: CommitInput,
): Promise<CommitResult | null> {
  const ref = `refs/heads/${input.branch}`;
  const parentOid = await refs.read(ref);
  if (parentOid === null) throw notFound('The branch');
  const parent = decodeCommit(parentOid, await objects.readExpected(parentOid, 'commit'));
  const batch = new ObjectBatch(objects);
  const editor = new TreeEditor(objects, parent.treeOid);
  const files = await applyChanges({ objects, editor, batch, branch: input.branch }, input.changes);
  const treeOid = await editor.write(batch);
  if (treeOid === parent.treeOid) {
    return { commitOid: parentOid, parentOid, changed: false, date: parent.committer.date, files };
  }
  const date = new Date(Math.floor(Date.now() / 1000) * 1000);
  const { author, committer, message } = input;
  const commitOid = batch.add(
    'commit',
    encodeCommit({ treeOid, parents: [parentOid], author, committer, date, message }),
  );
  if (!(await refs.compareAndSwap(ref, parentOid, commitOid, batch.flush()))) return null;
  return { commitOid, parentOid, changed: true, date, files };
}
