import { setTimeout as sleep } from 'node:timers/promises';
import { notFound } from '../../../errors.js';
import { storageUnavailable } from '../durability/storage-error.js';
import type { CommitInput, CommitResult } from '../git-types.js';
import type { NativeGit } from '../native/native-git.js';
import { decodeCommit } from '../objects/commit-object.js';
import { ObjectBatch } from '../objects/object-batch.js';
import type { ObjectStore } from '../objects/object-store.js';
import { assertBranchName } from '../ref-name.js';
import type { RefStore } from '../refs/ref-store.js';
import type { BranchQueue, Waiting } from './branch-queue.js';
import { chainCommit, type Tip } from './chain-commit.js';

const mostAttempts = 50;

type Parts = { objects: ObjectStore; refs: RefStore; native: NativeGit | null };
type Waiter = Waiting<CommitInput, CommitResult>;

/**
 * Makes one commit on a branch; see {@link GitRepository.commit}. What waits for the same branch becomes a chain of
 * commits, each valid by itself, that is written as one: one entry in the journal, one move of the ref.
 */
export async function commitToBranch(
  to: Parts & { queue: BranchQueue },
  input: CommitInput,
): Promise<CommitResult> {
  assertBranchName(input.branch);
  return to.queue.join(`${to.objects.repositoryId}:${input.branch}`, input, {
    bytes: input.changes.reduce((sum, change) => sum + ('bytes' in change ? change.bytes.length : 0), 0),
    together: (waiting: Waiter[]) => commitChain(to, input.branch, waiting),
  });
}

async function commitChain(to: Parts, branch: string, waiting: Waiter[]): Promise<void> {
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    if (await attemptChain(to, `refs/heads/${branch}`, waiting)) return;
    await sleep(Math.random() * 10 * Math.min(attempt, 10));
  }
  throw storageUnavailable(new Error('the branch kept moving'));
}

/**
 * False when the branch moved meanwhile. Nobody is told anything before the chain is on disk, a refused one neither: the
 * sha that refused it may be of a commit in the same chain.
 */
async function attemptChain(
  { objects, refs, native }: Parts,
  ref: string,
  waiting: Waiter[],
): Promise<boolean> {
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
    // Without native git there is no maintenance.
    const encoded = await chain.encode({ packedLater: native !== null });
    if (!(await refs.compareAndSwap(ref, from, tip.oid, encoded))) return false;
    chain.remember();
  }
  for (const tell of outcomes) tell();
  return true;
}
