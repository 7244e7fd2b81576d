import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { EventBus } from '../events/event-bus.js';
import type { GitStore } from '../git/git-store.js';
import { importRange } from './import-range.js';

/** Keeps the files and versions of branches in the database, up to the tip that Git has. */
export interface BranchIndexer {
  /**
   * Brings the index of a branch up to its tip, whoever moved it (a save, a native push, a force push), and publishes
   * `commit` when it moved: the one place that does, so that nothing is told twice.
   * @returns the tip that the index stands for
   * @throws DomainError `invalid_ref`, `not_found` when there is no such branch
   */
  ensure(repositoryId: string, branch: string): Promise<string>;
}

/** Makes a {@link BranchIndexer}; imports of one branch run one after the other. */
export function createBranchIndexer(deps: {
  prisma: PrismaClient;
  git: GitStore;
  bus: EventBus;
  log: Logger;
}): BranchIndexer {
  const running = new Map<string, Promise<unknown>>();

  async function upToDate(
    repositoryId: string,
    branch: string,
  ): Promise<{ tip: string; indexed: string | null }> {
    const git = await deps.git.repository(repositoryId);
    const tip = await git.resolveBranch(branch);
    const row = await deps.prisma.branchIndex.findUnique({
      where: { repositoryId_branch: { repositoryId, branch } },
      select: { tipOid: true },
    });
    return { tip, indexed: row?.tipOid ?? null };
  }

  async function update(repositoryId: string, branch: string): Promise<string> {
    const { tip, indexed } = await upToDate(repositoryId, branch);
    if (tip === indexed) return tip;
    const { defaultBranch } = await deps.prisma.repository.findUniqueOrThrow({ where: { id: repositoryId } });
    if (branch !== defaultBranch) await ensure(repositoryId, defaultBranch);
    const git = await deps.git.repository(repositoryId);
    const isDescendant = indexed !== null && (await git.isAncestor(indexed, tip));
    if (indexed && !isDescendant)
      deps.log.info({ repositoryId, branch }, 'branch was rewritten; indexing it anew');
    await importRange(
      { prisma: deps.prisma, git },
      { repositoryId, branch, defaultBranch, indexed, from: isDescendant ? indexed : null, tip },
    );
    deps.bus.publish('commit', repositoryId, { repositoryId, branch, commitOid: tip });
    return tip;
  }

  async function ensure(repositoryId: string, branch: string): Promise<string> {
    const { tip, indexed } = await upToDate(repositoryId, branch);
    if (tip === indexed) return tip;
    const key = `${repositoryId}:${branch}`;
    const turn = (running.get(key) ?? Promise.resolve())
      .catch(() => {})
      .then(() => update(repositoryId, branch));
    running.set(key, turn);
    try {
      return await turn;
    } finally {
      if (running.get(key) === turn) running.delete(key);
    }
  }

  return { ensure };
}
