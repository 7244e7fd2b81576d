import { setTimeout as sleep } from 'node:timers/promises';
import { notFound } from '../../../errors.js';
import { storageUnavailable } from '../durability/storage-error.js';
import type { CommitInput, CommitResult } from '../git-types.js';
import { decodeCommit } from '../objects/commit-object.js';
import { ObjectBatch } from '../objects/object-batch.js';
import type { ObjectStore } from '../objects/object-store.js';
import { assertBranchName } from '../ref-name.js';
import type { RefStore } from '../refs/ref-store.js';
import type { BranchQueue, Waiting } from './branch-queue.js';
import { chainCommit, type Tip } from './chain-commit.js';

const maxAttempts = 50;

type Parts = { objects: ObjectStore; refs: RefStore };
type Waiter = Waiting<CommitInput, CommitResult>;

/**
 * Creates one commit on a branch; see {@link GitRepository.commit}. All inputs that wait for the same branch become a chain of
 * commits, each valid by itself, with one entry in the journal and one move of the ref.
 */
export async function commitToBranch(
  to: Parts & { queue: BranchQueue },
  input: CommitInput,
): Promise<CommitResult> {
  assertBranchName(input.branch);
  return to.queue.join(`${to.objects.repositoryId}:${input.branch}`, input, {
    bytes: input.changes.reduce((sum, change) => sum + ('bytes' in change ? change.bytes.length : 0), 0),
    batch: (waiting: Waiter[]) => commitChain(to, input.branch, waiting),
  });
}

async function commitChain(to: Parts, branch: string, waiting: Waiter[]): Promise<void> {
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    if (await attemptChain(to, `refs/heads/${branch}`, waiting)) return;
    await sleep(Math.random() * 10 * Math.min(attempt, 10));
  }
  throw storageUnavailable(new Error('the branch kept moving'));
}

/**
 * False when the branch moved meanwhile. No outcome is reported before the chain is on disk, not even a refusal: the conflict
 * may be with a commit of the same chain.
 */
async function attemptChain({ objects, refs }: Parts, ref: string, waiting: Waiter[]): Promise<boolean> {
  const from = await refs.read(ref);
  if (from === null) throw notFound('The branch');
  const start = decodeCommit(from, await objects.readExpected(from, 'commit'));
  let tip: Tip = { oid: from, treeOid: start.treeOid, date: start.committer.date };
  const chain = new ObjectBatch(objects);
  const outcomes: (() => void)[] = [];
  for (const { input, resolve, reject } of waiting) {
    try {
      const { result, tip: next, batch } = await chainCommit(objects, chain, tip, input);
      chain.absorb(batch);
      tip = next;
      outcomes.push(() => resolve(result));
    } catch (error) {
      outcomes.push(() => reject(error));
    }
  }
  if (tip.oid !== from) {
    if (!(await refs.compareAndSwap(ref, from, tip.oid, await chain.encode()))) return false;
    chain.remember();
  }
  for (const report of outcomes) report();
  return true;
}
