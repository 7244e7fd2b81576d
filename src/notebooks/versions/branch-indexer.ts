import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { PrismaClient } from '../../../prisma/generated/client/client.js';
import type { Leases } from '../../engines/database/leases.js';
import { loadEachTogether, loadTogether } from '../../engines/database/load-together.js';
import type { RowLoader } from '../../engines/database/row-loader.js';
import type { EventBus } from '../../engines/events/event-bus.js';
import { sharedAbort } from '../../engines/events/shared-abort.js';
import type { GitStore } from '../../engines/git/git-store.js';
import { DomainError } from '../../errors.js';
import { LaterUpdates } from './later-updates.js';
import { updateIndex } from './update-index.js';
import { UpdateQueue } from './update-queue.js';

/** What {@link BranchIndexer} uses. */
export interface BranchIndexerDeps {
  prisma: PrismaClient;
  git: GitStore;
  bus: EventBus;
  leases: Leases;
  rows: RowLoader;
  log: Logger;
  /** How long callers wait for an update, in milliseconds; default 25 s. */
  waitMs?: number;
}

/** An update goes on, but takes longer than its callers wait. */
class StillIndexing extends DomainError {
  /** @param commits so far; null when that is not known */
  constructor(commits: number | null) {
    const soFar = commits === null ? '' : `, ${commits} commits so far`;
    const message = `The history of this branch is still being indexed${soFar}; try again in some seconds.`;
    super('storage_unavailable', message, { retryAfterSeconds: 10 });
  }
}

const defaultWaitMs = 25_000;
/** How long the count of an import that takes long is waited for. */
const maxCountMs = 1_000;
const maxRememberedTips = 10_000;

/**
 * Keeps an index of each branch in the database, up to the branch's tip in Git: its files and their versions. Updates of
 * one branch run one after the other. The topic `commit` is published here only, so that each new tip is published
 * once in every process.
 */
export class BranchIndexer {
  readonly #deps: BranchIndexerDeps;
  readonly #updates = new UpdateQueue<string>();
  readonly #closing = sharedAbort();
  /** By branch, the tip up to which its index is complete, as far as this process knows. */
  readonly #indexedTips = new LRUCache<string, string>({ max: maxRememberedTips });
  /** By branch, the last tip that this or another process published, or that was read where none was published. */
  readonly #publishedTips = new LRUCache<string, string>({ max: maxRememberedTips });
  /** By branch, the default branch for whose update its own update waits. */
  readonly #waitsFor = new Map<string, string>();

  readonly #later: LaterUpdates;
  readonly #unsubscribe: () => void;

  constructor(deps: BranchIndexerDeps) {
    this.#deps = deps;
    this.#later = new LaterUpdates((key) => this.#ensureLater(key), this.#closing.signal);
    this.#unsubscribe = deps.bus.subscribe('commit', '*', ({ repositoryId, branch, commitOid }) => {
      this.#publishedTips.set(keyOf(repositoryId, branch), commitOid);
    });
  }

  /**
   * Updates the index of a branch to its tip, whoever moved the branch (a save, a push, a force push), and publishes
   * `commit` if the index moved. It also publishes when another process has moved the index.
   * @returns the tip up to which the index is complete
   * @throws DomainError `invalid_ref`; `not_found` when the branch does not exist; `storage_unavailable` when the update
   *   takes longer than 25 s. The update then goes on.
   */
  async ensure(repositoryId: string, branch: string): Promise<string> {
    const key = keyOf(repositoryId, branch);
    const before = this.#publishedTips.get(key);
    const tip = await loadEachTogether(this, 'tip', key, (one) => this.#tipOf(one));
    const isIndexed = await this.#isIndexed(repositoryId, branch, tip);
    const reached = isIndexed ? tip : await this.#inTime(repositoryId, branch);
    this.#indexedTips.set(key, reached);
    // A tip that was published since the first line may be newer than `reached`.
    if (this.#publishedTips.get(key) === before && before !== reached) {
      if (before === undefined) this.#publishedTips.set(key, reached);
      else {
        // Each process that watches the branch finds it out like this, and the one that moved it has published it.
        this.#deps.bus.publishHere('commit', repositoryId, { repositoryId, branch, commitOid: reached });
      }
    }
    return reached;
  }

  /**
   * {@link ensure} for a caller that is about to write and needs the index for its answer. It does not query the database
   * when the branch has not moved since this process indexed it.
   */
  async ready(repositoryId: string, branch: string): Promise<void> {
    const git = await this.#deps.git.repository(repositoryId);
    const known = this.#indexedTips.get(keyOf(repositoryId, branch));
    if (known === undefined || (await git.resolveBranch(branch)) !== known)
      await this.ensure(repositoryId, branch);
  }

  /**
   * {@link ensure} for several branches in order, for a caller that moved them and does not read the index. It waits 25 s in
   * all; the branches that are not indexed by then are indexed in the background.
   * @throws DomainError as {@link ensure}, except for an update that takes too long
   */
  async bringUp(repositoryId: string, branches: readonly string[]): Promise<void> {
    const end = performance.now() + (this.#deps.waitMs ?? defaultWaitMs);
    for (const [n, branch] of branches.entries()) {
      const isIndexed = performance.now() < end && (await this.#isIndexedInTime(repositoryId, branch));
      if (isIndexed) continue;
      this.#later.add(branches.slice(n).map((one) => keyOf(repositoryId, one)));
      return;
    }
  }

  /** Ends long imports after their current step; the next process resumes them. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#unsubscribe();
    await this.#updates.idle();
  }

  async #isIndexedInTime(repositoryId: string, branch: string): Promise<boolean> {
    try {
      await this.ensure(repositoryId, branch);
      return true;
    } catch (error) {
      if (error instanceof StillIndexing) return false;
      throw error;
    }
  }

  async #ensureLater(key: string): Promise<void> {
    const { repositoryId, branch } = branchOf(key);
    await this.#isIndexedInTime(repositoryId, branch).catch((err) => {
      // A branch may be deleted meanwhile.
      this.#deps.log.info({ err, repositoryId, branch }, 'a pushed branch was not indexed');
    });
  }

  /** While an update runs the answer is no: it has not yet published what it wrote. */
  async #isIndexed(repositoryId: string, branch: string, tip: string): Promise<boolean> {
    const row = await loadTogether(this, 'index', keyOf(repositoryId, branch), (keys) => this.#rowsOf(keys));
    const isComplete = row?.tipOid === tip && row.targetOid === null;
    return isComplete && !this.#updates.isRunning(keyOf(repositoryId, branch));
  }

  async #tipOf(key: string): Promise<string> {
    const { repositoryId, branch } = branchOf(key);
    return (await this.#deps.git.repository(repositoryId)).resolveBranch(branch);
  }

  async #rowsOf(keys: string[]) {
    const rows = await this.#deps.prisma.branchIndex.findMany({
      where: { OR: keys.map(branchOf) },
      select: { repositoryId: true, branch: true, tipOid: true, targetOid: true },
    });
    return new Map(rows.map((row) => [keyOf(row.repositoryId, row.branch), row]));
  }

  async #inTime(repositoryId: string, branch: string): Promise<string> {
    const { log, waitMs = defaultWaitMs } = this.#deps;
    const update = this.#update(repositoryId, branch);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        update.catch((error) => log.warn({ err: error, repositoryId, branch }, 'a long import failed'));
        const counted = this.#importedCommits(repositoryId, branch).catch(() => null);
        // The database may be busy with this very import.
        const uncounted = sleep(maxCountMs, null, { ref: false });
        Promise.race([counted, uncounted]).then((commits) => reject(new StillIndexing(commits)));
      }, waitMs);
    });
    return Promise.race([update, late]).finally(() => clearTimeout(timer));
  }

  async #importedCommits(repositoryId: string, branch: string): Promise<number | null> {
    const row = await this.#deps.prisma.branchIndex.findUnique({
      where: { repositoryId_branch: { repositoryId, branch } },
      select: { importedCommits: true, targetOid: true },
    });
    return row?.targetOid ? row.importedCommits : null;
  }

  #update(repositoryId: string, branch: string): Promise<string> {
    const { prisma, git, leases, rows } = this.#deps;
    return this.#updates.run(keyOf(repositoryId, branch), async () => {
      const deps = {
        prisma,
        git: await git.repository(repositoryId),
        leases,
        rows,
        signal: this.#closing.signal,
        updateDefault: (defaultBranch: string) => this.#updateDefault(repositoryId, branch, defaultBranch),
        onReached: (commitOid: string) => this.#publish(repositoryId, branch, commitOid),
      };
      return updateIndex(deps, repositoryId, branch);
    });
  }

  async #updateDefault(repositoryId: string, branch: string, defaultBranch: string): Promise<void> {
    const key = keyOf(repositoryId, branch);
    const other = keyOf(repositoryId, defaultBranch);
    // Happens when the default branch was changed while the update of the former one was waiting for this one.
    if (this.#isWaitingFor(other, key)) return;
    this.#waitsFor.set(key, other);
    try {
      await this.#update(repositoryId, defaultBranch);
    } finally {
      this.#waitsFor.delete(key);
    }
  }

  #isWaitingFor(key: string, other: string): boolean {
    for (let at = this.#waitsFor.get(key); at !== undefined; at = this.#waitsFor.get(at)) {
      if (at === other) return true;
    }
    return false;
  }

  #publish(repositoryId: string, branch: string, commitOid: string): void {
    this.#deps.bus.publish('commit', repositoryId, { repositoryId, branch, commitOid });
  }
}

function keyOf(repositoryId: string, branch: string): string {
  return `${repositoryId}:${branch}`;
}

function branchOf(key: string): { repositoryId: string; branch: string } {
  const colon = key.indexOf(':');
  return { repositoryId: key.slice(0, colon), branch: key.slice(colon + 1) };
}
