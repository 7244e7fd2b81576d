import type { PrismaClient } from '../../../prisma/generated/client/client.js';
import type { RowLoader } from '../../engines/database/row-loader.js';
import type { GitRepository } from '../../engines/git/git-store.js';
import type { CommitChanges } from './commit-changes.js';
import { importCommits } from './import-commits.js';
import type { ImportStep } from './import-step.js';
import { type Db, type IndexDb, type IndexedBranch, IndexMoved, inSteps } from './index-db.js';
import { keepIdsApart } from './keep-ids-apart.js';
import { PendingFiles } from './pending-files.js';
import { reconcileFiles } from './reconcile-files.js';
import { removeCommits } from './remove-commits.js';
import { removeUnreachable } from './remove-unreachable.js';
import { writeFiles } from './write-files.js';

/** Batches grow: the first ones show soon that the import goes on, and large ones need fewer queries. */
const firstBatch = 250;
const batchGrowth = 1.25;
const maxCommitsPerBatch = 2_000;
const maxChangesPerBatch = 2_000;
/** Characters of commit messages. */
const maxTextPerBatch = 4 * 1024 * 1024;
const maxPendingFiles = 2_000;
/** Files are written less often than versions, because later commits often change the same files. */
const minChangesPerFile = 8;

/** What {@link LongImport} uses. */
export interface LongImportDeps {
  prisma: PrismaClient;
  git: GitRepository;
  rows: RowLoader;
}

/** The import to run. */
export interface LongImportJob {
  /** The commit up to which the index was complete before; null when it never was. */
  indexed: string | null;
  /** The commit to import, unless an import to another commit is to be resumed. */
  tip: string;
  /** Ends the import between two steps. */
  signal: AbortSignal;
}

/** How far an import has come: how many commits, and the last one. */
interface Progress {
  count: number;
  oid: string | null;
}

/**
 * Imports a long history into the index of a branch in short transactions, with bounded memory. It resumes an import that
 * ended early. Until the last step the row of the index is marked as incomplete, so that nobody reads it.
 *
 * Only one import of a branch may run at a time; the caller holds a lease.
 */
export class LongImport {
  readonly #deps: LongImportDeps;
  readonly #at: IndexedBranch;
  readonly #job: LongImportJob;
  readonly #db: IndexDb;
  /** The commit to which this import leads. */
  #target = '';
  /** What the row of the index says. */
  #done: Progress = { count: 0, oid: null };
  /** That, and the steps after it, whose files are pending. */
  #imported: Progress = { count: 0, oid: null };
  #unsavedChanges = 0;
  readonly #pending = new PendingFiles();
  /** The indexed commit, if Git still has it. */
  #base: string | null = null;
  #isMerged: ImportStep['isMerged'] = () => false;

  constructor(deps: LongImportDeps, at: IndexedBranch, job: LongImportJob) {
    this.#deps = deps;
    this.#at = at;
    this.#job = job;
    this.#db = inSteps(deps.prisma, deps.rows, job.signal);
  }

  /**
   * Runs the import; once per object.
   * @returns the commit up to which the index is complete: that of the resumed import, else the job's tip
   * @throws IndexMoved when somebody else changed the index; the reason of the signal
   */
  async run(): Promise<string> {
    await this.#begin();
    const { indexed } = this.#job;
    const { git } = this.#deps;
    if (indexed !== null && (await git.isKnown(indexed))) this.#base = indexed;
    const isLost = indexed !== null && this.#base === null;
    if (this.#done.count === 0) await this.#removeOld(isLost);
    // Of a longer history, the versions of merged commits have the ids of their paths.
    const own = await git.firstParents(this.#base, this.#target);
    if (own) this.#isMerged = (oid) => !own.has(oid);
    const reachable = await this.#importHistory(isLost);
    if (reachable) await removeUnreachable(this.#db, this.#at, reachable);
    await reconcileFiles(this.#db, git, this.#at, this.#target);
    await keepIdsApart(this.#db, git, this.#at, this.#base);
    await this.#complete();
    return this.#target;
  }

  /** Writes the index's row, which the imported rows refer to, and finds out what to resume. */
  async #begin(): Promise<void> {
    const { prisma, git } = this.#deps;
    const { indexed, tip } = this.#job;
    const { repositoryId, branch } = this.#at;
    await prisma.branchIndex.createMany({
      data: { repositoryId, branch, tipOid: '', targetOid: tip },
      skipDuplicates: true,
    });
    const where = { repositoryId_branch: { repositoryId, branch } };
    const row = await prisma.branchIndex.findUnique({ where });
    if (!row) throw new IndexMoved();
    if ((row.tipOid || null) !== indexed) throw new IndexMoved();
    const isResumed = row.targetOid !== null && (await git.isKnown(row.targetOid));
    this.#target = isResumed ? row.targetOid! : tip;
    if (isResumed) this.#done = { count: row.importedCommits, oid: row.importedOid };
    await this.#saveProgress(this.#done, { targetOid: this.#target });
  }

  async #saveProgress({ count, oid }: Progress, data: { targetOid?: string } = {}): Promise<void> {
    const { repositoryId, branch } = this.#at;
    await this.#deps.prisma.branchIndex.update({
      where: { repositoryId_branch: { repositoryId, branch } },
      data: { ...data, importedCommits: count, importedOid: oid },
    });
  }

  /**
   * Removes from the index what the target does not contain.
   * @param isLost whether Git no longer has the indexed commit. Then the old history cannot be walked: here only the files
   *   are deleted, and the versions after the import.
   */
  async #removeOld(isLost: boolean): Promise<void> {
    const { git } = this.#deps;
    const { repositoryId, branch } = this.#at;
    const base = this.#base;
    if (isLost) {
      await this.#db.step(
        async (tx) => void (await tx.branchFile.deleteMany({ where: { repositoryId, branch } })),
      );
    } else if (base !== null && !(await git.isAncestor(base, this.#target))) {
      await removeCommits(this.#db, git, this.#at, {
        indexed: base,
        removed: git.history(this.#target, base),
      });
    }
  }

  /** @returns all commits of the history when they are wanted, else null */
  async #importHistory(wantsCommits: boolean): Promise<Set<string> | null> {
    const commits = wantsCommits ? new Set<string>() : null;
    // While the database writes a batch, Git reads the next one.
    let writing = Promise.resolve();
    try {
      for await (const { batch, count } of this.#batches(commits)) {
        await writing;
        writing = this.#importBatch(batch, count);
        // An error is thrown where it is waited for, and not before.
        writing.catch(() => {});
      }
    } finally {
      await writing;
    }
    if (this.#pending.changes > 0) await this.#save();
    return commits;
  }

  /** The commits that are to be imported, with the number of commits up to their end. @param all gets every commit */
  async *#batches(all: Set<string> | null): AsyncGenerator<{ batch: Batch; count: number }> {
    let batch = new Batch();
    let maxCommits = firstBatch;
    let count = 0;
    for await (const entry of this.#deps.git.history(this.#base, this.#target)) {
      this.#job.signal.throwIfAborted();
      all?.add(entry.commit.oid);
      count += 1;
      if (count <= this.#done.count && (await this.#isImported(count, entry.commit.oid))) continue;
      batch.add(entry);
      if (!batch.isFull(maxCommits)) continue;
      yield { batch, count };
      batch = new Batch();
      maxCommits = Math.min(maxCommits * batchGrowth, maxCommitsPerBatch);
    }
    if (!batch.isEmpty) yield { batch, count };
  }

  /** @throws IndexMoved when Git returns the history in another order than before; then the import begins again */
  async #isImported(count: number, oid: string): Promise<boolean> {
    if (count < this.#done.count || oid === this.#done.oid) return true;
    await this.#saveProgress({ count: 0, oid: null });
    throw new IndexMoved();
  }

  async #importBatch({ commits, changes: made }: Batch, count: number): Promise<void> {
    const step = { commits, tip: this.#target, isMerged: this.#isMerged };
    await importCommits(this.#db, this.#deps.git, this.#at, step, this.#pending);
    this.#imported = { count, oid: commits.at(-1)!.commit.oid };
    this.#unsavedChanges += made;
    const { changes } = this.#pending;
    if (changes > maxPendingFiles || changes * minChangesPerFile <= this.#unsavedChanges) await this.#save();
  }

  /** Writes the pending files, and how far the import has come with them. */
  async #save(): Promise<void> {
    const before = this.#done.count;
    const { count, oid } = this.#imported;
    const last = async (tx: Db) => {
      await this.#updateRow(tx, { importedCommits: before }, { importedCommits: count, importedOid: oid });
    };
    await writeFiles(this.#db, this.#deps.git, this.#at, this.#pending, { sizes: false, last });
    this.#done = this.#imported;
    this.#unsavedChanges = 0;
  }

  async #complete(): Promise<void> {
    const data = { tipOid: this.#target, targetOid: null, importedCommits: 0, importedOid: null };
    await this.#updateRow(this.#deps.prisma, {}, data);
  }

  /** @throws IndexMoved unless the row is still that of this import */
  async #updateRow(
    db: Db,
    expected: { importedCommits?: number },
    data: { tipOid?: string; targetOid?: null; importedCommits: number; importedOid: string | null },
  ): Promise<void> {
    const { repositoryId, branch } = this.#at;
    const where = { repositoryId, branch, targetOid: this.#target, ...expected };
    const { count } = await db.branchIndex.updateMany({ where, data });
    if (count !== 1) throw new IndexMoved();
  }
}

/** Commits that are imported together. */
class Batch {
  readonly commits: CommitChanges[] = [];
  changes = 0;
  #text = 0;

  get isEmpty(): boolean {
    return this.commits.length === 0;
  }

  add(entry: CommitChanges): void {
    this.commits.push(entry);
    this.changes += entry.changes.length;
    this.#text += entry.commit.message.length;
  }

  isFull(maxCommits: number): boolean {
    const { commits, changes } = this;
    return commits.length >= maxCommits || changes >= maxChangesPerBatch || this.#text >= maxTextPerBatch;
  }
}
