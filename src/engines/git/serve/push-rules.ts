import type { Commit } from '../git-types.js';
import { isBranchName } from '../ref-name.js';
import type { PushOutcome } from './push-outcome.js';
import type { RefCommand } from './push-request.js';

/** What a caller may push. The caller decides it, because this engine knows no users. */
export interface PushPolicy {
  /** Why the caller may not create, move or delete a branch, in a few words; null when they may. */
  refuseBranch(name: string, command: RefCommand): string | null;
  /** Whether branches may move to commits that do not contain their tip, and whether tags may move at all. */
  allowNonFastForward: boolean;
  /** Whether a commit is the one with which a new repository begins: a push may replace it by a history of its own. */
  isPlaceholder(commit: Commit): boolean;
  /**
   * Carries out the deletion of a branch.
   * @param remove removes the ref; resolves to false when the ref has moved
   * @returns why it is refused, or null
   */
  deleteBranch(name: string, remove: () => Promise<boolean>): Promise<string | null>;
}

/** The short name of a branch or tag that a client may push; null for any other ref. */
export function refOf(ref: string): { kind: 'branch' | 'tag'; name: string } | null {
  const match = /^refs\/(heads|tags)\/(.+)$/.exec(ref);
  if (!match || !isBranchName(match[2]!)) return null;
  return { kind: match[1] === 'heads' ? 'branch' : 'tag', name: match[2]! };
}

/** Refuses the commands that are wrong whatever their objects are. */
export function applyRules(outcome: PushOutcome, policy: PushPolicy): void {
  const times = new Map<string, number>();
  for (const { ref } of outcome.open) times.set(ref, (times.get(ref) ?? 0) + 1);
  for (const command of outcome.open) {
    const reason = times.get(command.ref)! > 1 ? 'the push names this ref twice' : refusal(command, policy);
    if (reason) outcome.refuse(command, reason);
  }
}

function refusal(command: RefCommand, policy: PushPolicy): string | null {
  const found = refOf(command.ref);
  if (!found) return 'only branches and tags with valid names can be pushed';
  if (found.kind === 'branch') return policy.refuseBranch(found.name, command);
  const isMove = command.from !== null && command.to !== null;
  return isMove && !policy.allowNonFastForward ? 'this repository does not allow moving tags' : null;
}
