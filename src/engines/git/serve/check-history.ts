import { NativeGitError } from '../native/native-git.js';
import { decodeCommit } from '../objects/commit-object.js';
import type { PackObjects } from './pack-objects.js';
import type { PushOutcome } from './push-outcome.js';
import { asRefused } from './push-refused.js';
import type { RefCommand } from './push-request.js';
import { type PushPolicy, refOf } from './push-rules.js';

/** Refuses a push whose commits refer to objects that neither it nor the repository contains. @throws PushRefused */
export async function checkConnected(pack: PackObjects, outcome: PushOutcome): Promise<void> {
  const tips = outcome.open.flatMap(({ to }) => to ?? []);
  if (tips.length === 0) return;
  const args = ['rev-list', '--objects', '--quiet', '--stdin', '--not', '--all'];
  await pack.run(args, { input: `${tips.join('\n')}\n` }).catch((error) => {
    throw asRefused(error, 'the push lacks objects that its commits refer to');
  });
}

/**
 * Refuses branches that would point to something other than a commit, and moves that are not fast-forward where the policy
 * does not allow them.
 * @returns the commands that make the present object of their ref unreachable from it
 */
export async function checkHistory(
  pack: PackObjects,
  outcome: PushOutcome,
  policy: PushPolicy,
): Promise<Set<RefCommand>> {
  const tips = outcome.open.flatMap(({ to }) => to ?? []);
  const types = new Map((await pack.look([...new Set(tips)])).map(({ oid, type }) => [oid, type]));
  const nonFastForward = new Set<RefCommand>();
  for (const command of outcome.open) {
    const fault = command.to === null ? null : typeFault(command.ref, types.get(command.to)!);
    const isNonFastForward = !fault && command.from !== null && !(await isFastForward(pack, command));
    if (isNonFastForward) nonFastForward.add(command);
    if (fault) outcome.refuse(command, fault);
    else if (isNonFastForward && command.to !== null && !(await mayReplace(pack, command, policy)))
      outcome.refuse(command, 'non-fast-forward; this repository does not allow it');
  }
  return nonFastForward;
}

async function mayReplace(
  pack: PackObjects,
  { ref, from }: RefCommand,
  policy: PushPolicy,
): Promise<boolean> {
  if (policy.allowNonFastForward) return true;
  if (refOf(ref)?.kind !== 'branch') return false;
  return policy.isPlaceholder(decodeCommit(from!, await pack.run(['cat-file', 'commit', from!])));
}

function typeFault(ref: string, type: string): string | null {
  if (refOf(ref)?.kind === 'tag')
    return ['commit', 'tag'].includes(type) ? null : 'a tag must lead to a commit';
  return type === 'commit' ? null : 'a branch must lead to a commit';
}

/** Whether the branch's tip stays reachable from the new one. Moving a tag never counts as fast-forward. */
async function isFastForward(pack: PackObjects, { ref, from, to }: RefCommand): Promise<boolean> {
  if (to === null || refOf(ref)?.kind === 'tag') return false;
  try {
    await pack.run(['merge-base', '--is-ancestor', from!, to]);
    return true;
  } catch (error) {
    if (error instanceof NativeGitError && error.exitCode === 1) return false;
    throw error;
  }
}
