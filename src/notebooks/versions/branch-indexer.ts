import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { PrismaClient } from '../../../prisma/generated/client/client.js';
import type { Leases } from '../../engines/database/leases.js';
import type { EventBus } from '../../engines/events/event-bus.js';
import type { GitStore } from '../../engines/git/git-store.js';
import { DomainError } from '../../errors.js';
import { updateIndex } from './update-index.js';

/** Keeps the files and versions of branches in the database, up to the tip that Git has. */
export interface BranchIndexer {
  /**
   * Brings the index of a branch up to its tip, whoever moved it (a save, a native push, a force push), and publishes
   * `commit` when it moved: the one place that does, so that nothing is told twice. Where another process moved the index
   * since this one last saw it, that is published, too.
   * @returns the tip that the index stands for
   * @throws DomainError `invalid_ref`, `not_found` when there is no such branch, `storage_unavailable` when it takes over
   *   25 s; it goes on then
   */
  ensure(repositoryId: string, branch: string): Promise<string>;
  /**
   * To be called before a write, whose answer needs the index: the same as {@link ensure}, but without a question to the
   * database where the branch has not moved since this process brought the index up to it.
   */
  ready(repositoryId: string, branch: string): Promise<void>;
  /**
   * {@link ensure} of one branch after the other, for whoever moved them and answers nothing from the index. A branch
   * that takes over 25 s is left to go on by itself, and those behind it to whoever reads them first.
   * @throws DomainError as {@link ensure} does, but not because an import is long
   */
  bringUp(repositoryId: string, branches: Iterable<string>): Promise<void>;
  /** Ends long imports between two steps; the next process goes on with them. */
  close(): Promise<void>;
}

interface Turns {
  current: Promise<string>;
  /** One that begins once the current one has ended, for all who came while it ran. */
  next?: Promise<string>;
}

/** An import goes on, but for longer than its callers wait. */
class StillIndexing extends DomainError {
  constructor() {
    const message = 'The history of this branch is being indexed, which goes on; try again in some seconds.';
    super('storage_unavailable', message, { retryAfterSeconds: 10 });
  }
}

const defaultWaitMs = 25_000;
const rememberedTips = 10_000;

/** Makes a {@link BranchIndexer}; imports of one branch run one after the other. */
export function createBranchIndexer(deps: {
  prisma: PrismaClient;
  git: GitStore;
  bus: EventBus;
  leases: Leases;
  log: Logger;
  /** How long `ensure` waits, default 25 s. */
  waitMs?: number;
}): BranchIndexer {
  const { prisma, bus, leases, log, waitMs = defaultWaitMs } = deps;
  const running = new Map<string, Turns>();
  const tips = new LRUCache<string, string>({ max: rememberedTips });
  /** The tip of each branch that whoever listens in this process has heard of, or has read. */
  const told = new LRUCache<string, string>({ max: rememberedTips });
  const closing = new AbortController();
  /** The branch whose update that of another waits for. */
  const waitsFor = new Map<string, string>();

  async function update(repositoryId: string, branch: string): Promise<string> {
    const git = await deps.git.repository(repositoryId);
    const own = `${repositoryId}:${branch}`;
    async function updateDefault(defaultBranch: string): Promise<void> {
      const other = `${repositoryId}:${defaultBranch}`;
      // The default was another branch when that one's update began, which waits for this one now.
      if (isWaitingFor(other, own)) return;
      waitsFor.set(own, other);
      await turn(repositoryId, defaultBranch).finally(() => waitsFor.delete(own));
    }
    const tell = (commitOid: string) => publish(repositoryId, branch, commitOid);
    return updateIndex(
      { prisma, git, leases, signal: closing.signal, updateDefault, tell },
      repositoryId,
      branch,
    );
  }

  function publish(repositoryId: string, branch: string, commitOid: string): void {
    told.set(`${repositoryId}:${branch}`, commitOid);
    bus.publish('commit', repositoryId, { repositoryId, branch, commitOid });
  }

  function isWaitingFor(one: string, other: string): boolean {
    for (let at = waitsFor.get(one); at !== undefined; at = waitsFor.get(at)) if (at === other) return true;
    return false;
  }

  /** A whole update that begins no earlier than now; at most one waits behind the one that runs. */
  function turn(repositoryId: string, branch: string): Promise<string> {
    const key = `${repositoryId}:${branch}`;
    const turns = running.get(key);
    if (turns) {
      turns.next ??= turns.current.catch(() => {}).then(() => begin(key, repositoryId, branch));
      return turns.next;
    }
    return begin(key, repositoryId, branch);
  }

  function begin(key: string, repositoryId: string, branch: string): Promise<string> {
    const turns: Turns = { current: update(repositoryId, branch) };
    running.set(key, turns);
    turns.current
      .catch(() => {})
      .finally(() => {
        if (running.get(key) === turns && !turns.next) running.delete(key);
      });
    return turns.current;
  }

  async function ensure(repositoryId: string, branch: string): Promise<string> {
    const git = await deps.git.repository(repositoryId);
    const key = `${repositoryId}:${branch}`;
    const before = told.get(key);
    const tip = await git.resolveBranch(branch);
    const row = await prisma.branchIndex.findUnique({
      where: { repositoryId_branch: { repositoryId, branch } },
      select: { tipOid: true, targetOid: true },
    });
    // An update that runs has yet to tell of what is in the database already.
    const isUpToDate = row?.tipOid === tip && row.targetOid === null && !running.has(key);
    const reached = isUpToDate ? tip : await inTime(turn(repositoryId, branch), repositoryId, branch);
    tips.set(key, reached);
    // Unchanged since before the look: what was told meanwhile may be newer.
    if (told.get(key) === before && before !== reached) {
      if (before === undefined) told.set(key, reached);
      else publish(repositoryId, branch, reached);
    }
    return reached;
  }

  async function inTime(update: Promise<string>, repositoryId: string, branch: string): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        update.catch((error) => log.warn({ err: error, repositoryId, branch }, 'a long import failed'));
        reject(new StillIndexing());
      }, waitMs);
    });
    return Promise.race([update, late]).finally(() => clearTimeout(timer));
  }

  return {
    ensure,
    async ready(repositoryId, branch) {
      const git = await deps.git.repository(repositoryId);
      const known = tips.get(`${repositoryId}:${branch}`);
      if (known === undefined || (await git.resolveBranch(branch)) !== known)
        await ensure(repositoryId, branch);
    },
    async bringUp(repositoryId, branches) {
      try {
        for (const branch of branches) await ensure(repositoryId, branch);
      } catch (error) {
        if (!(error instanceof StillIndexing)) throw error;
      }
    },
    async close() {
      closing.abort();
      await Promise.allSettled([...running.values()].map(({ current }) => current));
    },
  };
}
