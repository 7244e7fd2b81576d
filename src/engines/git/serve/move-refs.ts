import { DomainError } from '../../../errors.js';
import type { RefStore } from '../refs/ref-store.js';
import { keepReplaced } from './hidden-refs.js';
import type { PushOutcome } from './push-outcome.js';
import type { RefCommand } from './push-request.js';
import { type PushPolicy, refOf } from './push-rules.js';
import type { Pusher, PushTurns } from './push-turns.js';

const stale = 'fetch first; the branch has moved since';

/** What the moving of refs works with. */
export interface RefMoves {
  refs: RefStore;
  turns: PushTurns;
  pusher: Pusher;
  policy: PushPolicy;
  /** The commands after which the ref's object is not reachable from it any more. */
  losing: ReadonlySet<RefCommand>;
}

/** Refuses the commands whose ref is not where their client saw it, and remembers that they were too late. */
export async function refuseStale(
  { refs, turns, pusher }: Pick<RefMoves, 'refs' | 'turns' | 'pusher'>,
  outcome: PushOutcome,
): Promise<void> {
  const late: string[] = [];
  for (const command of outcome.open) {
    if ((await refs.read(command.ref)) === command.from) continue;
    outcome.refuse(command, stale);
    const found = refOf(command.ref);
    if (found?.kind === 'branch') late.push(found.name);
  }
  turns.miss(pusher, late);
}

/**
 * Moves the refs of a push, each in its branch's queue and by compare-and-swap. Of an atomic push all queues are held
 * while all refs are looked at and then moved: what can still part them is another process, or a kill, in the moment
 * between two of the moves.
 */
export async function moveRefs(moves: RefMoves, outcome: PushOutcome): Promise<void> {
  if (!outcome.isAtomic) {
    for (const command of outcome.open) await inQueues(moves, [command], () => move(moves, command, outcome));
    return;
  }
  // In one order, so that two pushes never wait for each other.
  const ordered = outcome.open.sort((a, b) => (a.ref < b.ref ? -1 : 1));
  await inQueues(moves, ordered, async () => {
    await refuseStale(moves, outcome);
    for (const command of outcome.open) await move(moves, command, outcome);
  });
}

function inQueues(moves: RefMoves, [first, ...rest]: RefCommand[], act: () => Promise<void>): Promise<void> {
  if (!first) return act();
  const inner = () => inQueues(moves, rest, act);
  const found = refOf(first.ref);
  return found?.kind === 'branch' ? moves.turns.run(moves.pusher, found.name, inner) : inner();
}

async function move(moves: RefMoves, command: RefCommand, outcome: PushOutcome): Promise<void> {
  const reason = await carryOut(moves, command).catch((error: unknown) => {
    // E.g. `a/b` where `a` exists; the disk's failures are the whole push's.
    if (error instanceof DomainError && error.code === 'already_exists')
      return 'a ref with this or an excluding name exists';
    if (error instanceof DomainError && error.code === 'not_found') return stale;
    throw error;
  });
  if (reason === null) outcome.moved.push(command);
  else outcome.refuse(command, reason);
  const found = refOf(command.ref);
  if (reason === stale && found?.kind === 'branch') moves.turns.miss(moves.pusher, [found.name]);
}

/** Null, or why not. */
async function carryOut({ refs, policy, losing }: RefMoves, command: RefCommand): Promise<string | null> {
  const { ref, from, to } = command;
  const { kind, name } = refOf(ref)!;
  if (from === null) {
    await refs.create(ref, to!);
    return null;
  }
  if (losing.has(command)) await keepReplaced(refs, name, from);
  if (to !== null) return (await refs.compareAndSwap(ref, from, to)) ? null : stale;
  let isRemoved = false;
  const remove = async () => {
    isRemoved = await refs.remove(ref, from);
    return isRemoved;
  };
  const reason = kind === 'branch' ? await policy.deleteBranch(name, remove) : null;
  if (kind === 'tag') await remove();
  return reason ?? (isRemoved ? null : stale);
}
