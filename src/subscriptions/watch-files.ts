import type { RequestContext } from '../context.js';
import { untilAnswered } from '../engines/database/until-answered.js';
import { ChangeQueue } from '../engines/events/change-queue.js';
import type { Topics } from '../engines/events/event-bus.js';
import { pullIterator } from '../engines/events/pull-iterator.js';
import { branchNamed } from '../engines/git/check-ref.js';
import type { GitRepository } from '../engines/git/git-store.js';
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
  const load = (current: RequestContext) =>
    loadFileTarget(services, current, spaceSlug, { workspaceId: input.workspaceId }, 'view');
  const target = await load(ctx);
  const { git } = target;
  const repositoryId = target.repository.id;
  const branch = input.branch == null ? target.defaultBranch : await branchNamed(git, input.branch);
  const recheck: Recheck = {
    key: ['files', spaceSlug, input.workspaceId, repositoryId, branch],
    async check(fresh) {
      if ((await load(fresh)).repository.id !== repositoryId) throw notFound('The repository of this stream');
      await git.resolveBranch(branch);
    },
  };
  const stream = new FileStream(services, ctx, { git, repositoryId, branch, recheck });
  await stream.open();
  const changes = pullIterator(
    () => stream.pull(),
    () => stream.close(),
  );
  return services.streamGuard.guard(ctx, changes, recheck);
}

/** What a {@link FileStream} follows. */
interface FollowedBranch {
  git: GitRepository;
  repositoryId: string;
  branch: string;
  recheck: Recheck;
}

/** The changes of the files of one branch, from its construction until {@link close}. */
class FileStream {
  readonly #services: SubscriptionServices;
  readonly #ctx: RequestContext;
  readonly #followed: FollowedBranch;
  readonly #moved = new ChangeQueue<Topics['commit']>(1);
  readonly #ended = new AbortController();
  readonly #unsubscribe: () => void;
  readonly #unwatch: () => void;
  /** Up to here the changes are delivered, or are in {@link #step}. */
  #tip = '';
  #step: AsyncGenerator<FileChangeEvent> | undefined;

  constructor(services: SubscriptionServices, ctx: RequestContext, followed: FollowedBranch) {
    this.#services = services;
    this.#ctx = ctx;
    this.#followed = followed;
    const { repositoryId, branch } = followed;
    this.#unsubscribe = services.bus.subscribe('commit', repositoryId, (event) => {
      if (event.branch === branch) this.#moved.push('tip', event);
    });
    this.#unwatch = services.branches.watch(repositoryId, branch);
  }

  /** Begins at the tip of this moment. */
  async open(): Promise<void> {
    try {
      this.#tip = await this.#ensureIndexed();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The next change; undefined when the stream is closed. */
  async pull(): Promise<FileChangeEvent | undefined> {
    for (;;) {
      if (!this.#step) {
        const event = await this.#moved.take();
        if (!event) return undefined;
        this.#step = await this.#changesOf(event);
      }
      const next = await this.#step?.next();
      if (next && !next.done) {
        await this.#services.deliveries.next();
        return next.value;
      }
      this.#step = undefined;
    }
  }

  close(): void {
    this.#ended.abort();
    this.#unsubscribe();
    this.#unwatch();
    this.#moved.close();
    this.#step?.return(undefined).catch(() => {});
  }

  /** The changes up to the tip of this moment; undefined where it has not moved. */
  async #changesOf(event: Topics['commit']): Promise<AsyncGenerator<FileChangeEvent> | undefined> {
    const { deliveries, prisma } = this.#services;
    const { git, repositoryId, branch, recheck } = this.#followed;
    const ctx = this.#ctx;
    ctx.spaces.clear();
    const authorize = () =>
      deliveries.read(event, [callerKey(ctx), ...recheck.key], () => recheck.check(ctx));
    await this.#untilAnswered(authorize);
    const from = this.#tip;
    this.#tip = await this.#untilAnswered(() => this.#ensureIndexed());
    if (this.#tip === from) return undefined;
    const move = { repositoryId, branch, from, to: this.#tip };
    // Every viewer of the workspace gets the same changes.
    const read = () =>
      deliveries.read(event, ['changes', from, move.to], () => fewChanges({ prisma, git }, move));
    const few = await this.#untilAnswered(read);
    return few ? replay(few) : repeatedChanges(() => fileChanges({ prisma, git }, move), this.#ended.signal);
  }

  #ensureIndexed(): Promise<string> {
    const { repositoryId, branch } = this.#followed;
    return this.#services.indexer.ensure(repositoryId, branch);
  }

  #untilAnswered<R>(act: () => Promise<R>): Promise<R> {
    return untilAnswered(act, { signal: this.#ended.signal });
  }
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
