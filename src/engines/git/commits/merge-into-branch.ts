import { setTimeout as sleep } from 'node:timers/promises';
import { notFound } from '../../../errors.js';
import { storageUnavailable } from '../durability/storage-error.js';
import { mergeBases } from '../history/merge-bases.js';
import { mergeCommits } from '../merge/merge-commits.js';
import type { MergeInput, MergeOutcome } from '../merge-types.js';
import type { NativeGit } from '../native/native-git.js';
import { encodeCommit } from '../objects/commit-object.js';
import type { ObjectBatch } from '../objects/object-batch.js';
import type { ObjectStore } from '../objects/object-store.js';
import { readLinks } from '../objects/read-commit.js';
import { assertBranchName } from '../ref-name.js';
import type { RefStore } from '../refs/ref-store.js';
import type { BranchQueue } from './branch-queue.js';

/** Each attempt merges again what the branch has now. */
const maxAttempts = 10;
/** Milliseconds, times the number of the attempt. */
const pauseMs = 20;

interface Parts {
  objects: ObjectStore;
  refs: RefStore;
  queue: BranchQueue;
  native: NativeGit;
}

/** Merges a commit into a branch; see {@link GitRepository.merge}. */
export async function mergeIntoBranch(to: Parts, input: MergeInput): Promise<MergeOutcome> {
  assertBranchName(input.branch);
  await readLinks(to.objects, input.commitOid);
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const outcome = await attemptMerge(to, input);
    if (outcome) return outcome;
    await sleep(Math.random() * pauseMs * attempt);
  }
  throw storageUnavailable(new Error('the branch kept moving'));
}

/** Null when the branch moved meanwhile. */
async function attemptMerge(to: Parts, input: MergeInput): Promise<MergeOutcome | null> {
  const ref = `refs/heads/${input.branch}`;
  const tip = await to.refs.read(ref);
  if (tip === null) throw notFound('The branch');
  const bases = await mergeBases(to, tip, input.commitOid);
  if (bases.length === 0) return { kind: 'unrelated' };
  if (bases.includes(input.commitOid)) return { kind: 'unchanged', commitOid: tip };
  const swap = (oid: string, batch?: ObjectBatch) =>
    to.queue.run(`${to.objects.repositoryId}:${input.branch}`, async () =>
      to.refs.compareAndSwap(ref, tip, oid, await batch?.encode()),
    );
  if (bases.includes(tip) && input.mayFastForward) {
    const { commitOid } = input;
    return (await swap(commitOid)) ? { kind: 'fast_forward', commitOid, parentOid: tip } : null;
  }
  const commits = { bases, ours: tip, theirs: input.commitOid };
  const merged = await mergeCommits(to, commits, input.beginMerge());
  if ('conflicts' in merged) return { kind: 'conflicts', conflicts: merged.conflicts };
  const { treeOid, batch } = merged;
  const { author, committer, message } = input;
  const parents = [tip, input.commitOid];
  const commit = { treeOid, parents, author, committer, message, date: new Date(), renames: null };
  const oid = batch.add('commit', encodeCommit(commit));
  if (!(await swap(oid, batch))) return null;
  batch.remember();
  return { kind: 'merged', commitOid: oid, parentOid: tip };
}
