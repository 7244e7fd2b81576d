import type { RequestContext } from '../context.js';
import { untilAnswered } from '../engines/database/until-answered.js';
import { ChangeQueue } from '../engines/events/change-queue.js';
import type { Topics } from '../engines/events/event-bus.js';
import { pullIterator } from '../engines/events/pull-iterator.js';
import { checkBranchName } from '../engines/git/check-ref.js';
import { notFound } from '../errors.js';
import { loadFileTarget } from '../files/file-target.js';
import { type FileChangeEvent, fileChanges } from '../notebooks/versions/file-changes.js';
import { callerKey } from './deliveries.js';
import { repeatedChanges } from './repeated-changes.js';
import type { Recheck } from './stream-guard.js';
import type { SubscriptionServices } from './subscription-services.js';

/** This many changes are read for all streams at the same time, and kept in memory for them. */
const maxSharedChanges = 64;

/**
 * Follows every new commit on a branch, no matter who created it and how: a save, a push, or Git in the repository folder.
 * Needs the scope `read` and `can_view`. Only the fact that the tip moved is queued. The commits are read from Git when the
 * reader wants the next event, so a slow reader misses none and needs no memory.
 * @param input.branch default the workspace's branch
 * @throws DomainError `insufficient_scope`, `not_found`, `forbidden`, `invalid_ref`, also later: when the caller may no
 *   longer view the workspace, or when its repository changes or the branch is deleted
 */
export async function watchFiles(
  services: SubscriptionServices,
  ctx: RequestContext,
  spaceSlug: string,
  input: { workspaceId: string; branch?: string | null },
): Promise<AsyncIterableIterator<FileChangeEvent>> {
  const { bus, deliveries, indexer, prisma, branches, streamGuard } = services;
  const load = (current: RequestContext) =>
    loadFileTarget(services, current, spaceSlug, { workspaceId: input.workspaceId }, 'view');
  const target = await load(ctx);
  const { git } = target;
  const repositoryId = target.repository.id;
  const branch = checkBranchName(input.branch ?? target.defaultBranch);
  const recheck: Recheck = {
    key: ['files', spaceSlug, input.workspaceId, repositoryId, branch],
    async check(fresh) {
      if ((await load(fresh)).repository.id !== repositoryId) throw notFound('The repository of this stream');
      await git.resolveBranch(branch);
    },
  };

  const moved = new ChangeQueue<Topics['commit']>(1);
  const unsubscribe = bus.subscribe('commit', repositoryId, (event) => {
    if (event.branch === branch) moved.push('tip', event);
  });
  const unwatch = branches.watch(repositoryId, branch);
  let step: AsyncGenerator<FileChangeEvent> | undefined;
  const ended = new AbortController();
  const stop = () => {
    ended.abort();
    unsubscribe();
    unwatch();
    moved.close();
    step?.return(undefined).catch(() => {});
  };
  let tip: string;
  try {
    tip = await indexer.ensure(repositoryId, branch);
  } catch (error) {
    stop();
    throw error;
  }

  async function pull(): Promise<FileChangeEvent | undefined> {
    for (;;) {
      if (!step) {
        const event = await moved.take();
        if (!event) return undefined;
        ctx.spaces.clear();
        const authorize = () =>
          deliveries.read(event, [callerKey(ctx), ...recheck.key], () => recheck.check(ctx));
        await untilAnswered(authorize, { signal: ended.signal });
        const from = tip;
        tip = await untilAnswered(() => indexer.ensure(repositoryId, branch), { signal: ended.signal });
        if (tip === from) continue;
        const move = { repositoryId, branch, from, to: tip };
        // Every viewer of the workspace gets the same changes.
        const read = () =>
          deliveries.read(event, ['changes', from, move.to], () => fewChanges({ prisma, git }, move));
        const few = await untilAnswered(read, { signal: ended.signal });
        step = few ? replay(few) : repeatedChanges(() => fileChanges({ prisma, git }, move), ended.signal);
      }
      const { done, value } = await step.next();
      if (!done) {
        await deliveries.next();
        return value;
      }
      step = undefined;
    }
  }
  return streamGuard.guard(ctx, pullIterator(pull, stop), recheck);
}

/** The changes of a move; null when it has more than {@link maxSharedChanges}. */
async function fewChanges(
  ...[deps, move]: Parameters<typeof fileChanges>
): Promise<readonly FileChangeEvent[] | null> {
  const changes: FileChangeEvent[] = [];
  for await (const change of fileChanges(deps, move)) {
    if (changes.length === maxSharedChanges) return null;
    changes.push(change);
  }
  return changes;
}

async function* replay(changes: readonly FileChangeEvent[]): AsyncGenerator<FileChangeEvent> {
  yield* changes;
}
