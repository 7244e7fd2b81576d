import type { RequestContext } from '../context.js';
import { ChangeQueue } from '../engines/events/change-queue.js';
import { pullIterator } from '../engines/events/pull-iterator.js';
import { checkBranchName } from '../engines/git/check-ref.js';
import { notFound } from '../errors.js';
import { loadFileTarget } from '../files/file-target.js';
import { type FileChangeEvent, fileChanges } from '../notebooks/versions/file-changes.js';
import type { SubscriptionServices } from './subscription-services.js';

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
  const { bus, indexer, prisma, branches, streamGuard } = services;
  const load = (current: RequestContext) =>
    loadFileTarget(services, current, spaceSlug, { workspaceId: input.workspaceId }, 'view');
  const target = await load(ctx);
  const { git } = target;
  const repositoryId = target.repository.id;
  const branch = checkBranchName(input.branch ?? target.defaultBranch);
  const recheck = async (fresh: RequestContext) => {
    if ((await load(fresh)).repository.id !== repositoryId) throw notFound('The repository of this stream');
    await git.resolveBranch(branch);
  };

  const moved = new ChangeQueue<true>(1);
  const unsubscribe = bus.subscribe('commit', repositoryId, (event) => {
    if (event.branch === branch) moved.push('tip', true);
  });
  const unwatch = branches.watch(repositoryId, branch);
  let step: AsyncGenerator<FileChangeEvent> | undefined;
  const stop = () => {
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
        if (!(await moved.take())) return undefined;
        ctx.spaces.clear();
        await recheck(ctx);
        const from = tip;
        tip = await indexer.ensure(repositoryId, branch);
        if (tip === from) continue;
        step = fileChanges({ prisma, git }, { repositoryId, branch, from, to: tip });
      }
      const { done, value } = await step.next();
      if (!done) return value;
      step = undefined;
    }
  }
  return streamGuard.guard(ctx, pullIterator(pull, stop), recheck);
}
