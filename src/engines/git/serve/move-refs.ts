import pLimit from 'p-limit';
import { DomainError } from '../../../errors.js';
import type { BranchQueue } from '../commits/branch-queue.js';
import type { RefStore } from '../refs/ref-store.js';
import { keepReplaced } from './hidden-refs.js';
import type { PushOutcome } from './push-outcome.js';
import type { RefCommand } from './push-request.js';
import { type PushPolicy, refOf } from './push-rules.js';

/** The refs of one repository, with the queue in which pushes and saves to one branch wait for each other. */
export interface PushTarget {
  /** The id of the repository. */
  id: string;
  refs: RefStore;
  queue: BranchQueue;
}

/** What was decided about a push before its refs move. */
export interface PushDecision {
  policy: PushPolicy;
  /** The commands, also deletions, that make the object of their ref unreachable from it. */
  nonFastForward: ReadonlySet<RefCommand>;
}

/** How many refs move at the same time: the journal makes the moves of one sync durable together. */
const maxMoving = 64;
/** How many branches are deleted at the same time: each needs a connection to the database. */
const maxDeleting = 2;

/** Refuses the commands whose ref is not where their client saw it: another push or a save was faster. */
export async function refuseStale({ refs }: Pick<PushTarget, 'refs'>, outcome: PushOutcome): Promise<void> {
  for (const command of outcome.open) {
    if ((await refs.read(command.ref)) !== command.from) outcome.refuse(command, staleReason(command));
  }
}

/**
 * Moves the refs of a push, many at the same time, each in the queue of its branch and by compare-and-swap. An atomic push
 * holds all of its queues while it checks all refs and moves them. Only another process, a failure of the disk, or a kill
 * between two of the moves, can still separate them.
 */
export async function moveRefs(
  target: PushTarget,
  decision: PushDecision,
  outcome: PushOutcome,
): Promise<void> {
  const moveOne = (command: RefCommand) => move(target.refs, decision, command, outcome);
  if (!outcome.isAtomic)
    return moveEach(outcome, (command) => inQueues(target, [command], () => moveOne(command)));
  // Always in the same order, so that two pushes never wait for each other.
  const ordered = outcome.open.sort((a, b) => (a.ref < b.ref ? -1 : 1));
  await inQueues(target, ordered, async () => {
    await refuseStale(target, outcome);
    await moveEach(outcome, moveOne);
  });
}

/** Carries out the open commands. Those that delete a ref come first: its name may exclude that of a new one. */
async function moveEach(
  outcome: PushOutcome,
  moveOne: (command: RefCommand) => Promise<void>,
): Promise<void> {
  const deletions = outcome.open.filter(({ to }) => to === null);
  const others = outcome.open.filter(({ to }) => to !== null);
  for (const [commands, max] of [
    [deletions, maxDeleting],
    [others, maxMoving],
  ] as const) {
    const limit = pLimit(max);
    const moveIfOpen = async (command: RefCommand) => {
      if (outcome.isOpen(command)) await moveOne(command);
    };
    // All must end before a failure is thrown, so that nothing moves after the report.
    for (const result of await Promise.allSettled(commands.map((command) => limit(moveIfOpen, command))))
      if (result.status === 'rejected') throw result.reason;
  }
}

/** Runs `act` while the queues of all branches of the commands are held. */
function inQueues(
  target: PushTarget,
  [first, ...rest]: RefCommand[],
  act: () => Promise<void>,
): Promise<void> {
  if (!first) return act();
  const inner = () => inQueues(target, rest, act);
  const found = refOf(first.ref);
  return found?.kind === 'branch' ? target.queue.run(`${target.id}:${found.name}`, inner) : inner();
}

async function move(
  refs: RefStore,
  decision: PushDecision,
  command: RefCommand,
  outcome: PushOutcome,
): Promise<void> {
  const reason = await carryOut(refs, decision, command).catch((error: unknown) => {
    // For example `a/b` where `a` exists. All other errors are failures of the disk, and end the whole push.
    if (error instanceof DomainError && error.code === 'already_exists')
      return 'another ref exists whose name conflicts with this one';
    if (error instanceof DomainError && error.code === 'not_found') return staleReason(command);
    throw error;
  });
  if (reason === null) outcome.carriedOut(command);
  else outcome.refuse(command, reason);
}

/** Carries out one command. @returns why it is refused, or null */
async function carryOut(
  refs: RefStore,
  { policy, nonFastForward }: PushDecision,
  command: RefCommand,
): Promise<string | null> {
  const { ref, from, to } = command;
  const { kind, name } = refOf(ref)!;
  if (from === null) {
    await refs.create(ref, to!);
    return null;
  }
  if (nonFastForward.has(command)) await keepReplaced(refs, name, from);
  if (to !== null) return (await refs.compareAndSwap(ref, from, to)) ? null : staleReason(command);
  let isRemoved = false;
  const remove = async () => {
    isRemoved = await refs.remove(ref, from);
    return isRemoved;
  };
  const reason = kind === 'branch' ? await policy.deleteBranch(name, remove) : null;
  if (kind === 'tag') await remove();
  return reason ?? (isRemoved ? null : staleReason(command));
}

/** Begins as Git's own clients say it. */
function staleReason({ ref }: RefCommand): string {
  const kind = refOf(ref)?.kind ?? 'ref';
  return `fetch first: the ${kind} was changed meanwhile`;
}
