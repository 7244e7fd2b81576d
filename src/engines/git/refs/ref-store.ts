import { basename } from 'node:path';
import { DomainError, notFound } from '../../../errors.js';
import type { DurableFiles } from '../durability/durable-files.js';
import type { MoveRecord } from '../durability/journal/journal-record.js';
import { errnoOf } from '../durability/storage-error.js';
import type { LooseObject } from '../objects/object-codec.js';
import { isBranchName } from '../ref-name.js';
import { publish } from './publish.js';
import { damaged, type Present, RefFiles } from './ref-files.js';
import { withLock } from './ref-lock.js';

const heads = 'refs/heads/';

/** The refs of one repository. Names are full (`refs/heads/main`) and were checked by the caller. */
export class RefStore {
  readonly #refs: RefFiles;

  readonly #files: DurableFiles;

  constructor(files: DurableFiles) {
    this.#files = files;

    this.#refs = new RefFiles(files);
  }

  /**
   * The object that a ref names, or null.
   * @throws DomainError `storage_unavailable` when its file is damaged
   */
  read(ref: string): Promise<string | null> {
    return this.#refs.read(ref);
  }

  /** All branches by short name, sorted, without damaged ones and names that this API refuses. */
  async branches(): Promise<{ name: string; oid: string }[]> {
    return [...(await this.list('refs/heads'))]
      .map(([ref, oid]) => ({ name: ref.slice(heads.length), oid }))
      .filter(({ name }) => isBranchName(name))
      .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  }

  /**
   * The refs below a folder with their objects. Damaged refs are left out, so that the others can still be read.
   * @param folder default all refs
   */
  list(folder = 'refs'): Promise<Map<string, string>> {
    return this.#refs.list(folder);
  }

  /**
   * Moves a ref from one object to another; false when it names a third one. Ref and objects are durable once it returns,
   * and no object is visible before all are.
   */
  async compareAndSwap(
    ref: string,
    from: string,
    to: string,
    objects: readonly LooseObject[] = [],
  ): Promise<boolean> {
    return publish(this.#files, { ...this.#move(ref, from, to), objects: [...objects] }, (touched) =>
      this.#refs.swap(ref, (present) => present === from, to, touched),
    );
  }

  /** @throws DomainError `already_exists`, also when `a` exists and the ref is `a/b`, or the other way round */
  async create(ref: string, oid: string): Promise<void> {
    await this.#refuseConflict(ref);
    const isFree = async () => {
      await this.#refuseConflict(ref);
      return true;
    };
    try {
      await publish(this.#files, this.#move(ref, null, oid), (touched) =>
        this.#refs.swap(ref, isFree, oid, touched),
      );
    } catch (error) {
      // Another process created `a`, or a ref below `a/`, after our check.
      if (['ENOTDIR', 'ENOTEMPTY', 'EISDIR'].includes(errnoOf(error) ?? '')) throw alreadyExists();
      throw error;
    }
  }

  /** Makes a branch the one that `HEAD` names: a clone checks it out. Durable once it returns. */
  async setHead(ref: string): Promise<void> {
    const touched = new Set<string>();
    const file = this.#refs.loose.path('HEAD');
    // Synced before the rename: no journal has it, and a repository without it cannot be opened.
    await withLock(this.#files, file, { touched }, () =>
      this.#files.replace(file, Buffer.from(`ref: ${ref}\n`), 0o644, touched, true),
    );
    await this.#files.sync(touched);
  }

  /**
   * @param from removes it only if it names this object; false when it names another one
   * @throws DomainError `not_found`
   */
  async remove(ref: string, from?: string): Promise<boolean> {
    const present = await this.read(ref);
    if (present === null) throw notFound('The branch');
    if (from !== undefined && from !== present) return false;
    const removed = await publish(this.#files, this.#move(ref, present, null), (touched) =>
      this.#refs.erase(ref, (now) => from === undefined || now === from, touched),
    );
    if (removed) await this.#refs.loose.pruneFolders(ref);
    return removed;
  }

  /**
   * Carries out recorded moves of a ref again, unless it was moved elsewhere since.
   * @param moves in the order in which they were recorded, at least one
   * @param how.lost the moves of another boot, which may not have reached the disk
   */
  async recover(
    ref: string,
    moves: readonly MoveRecord[],
    { lost, touched }: { lost: ReadonlySet<MoveRecord>; touched: Set<string> },
  ): Promise<void> {
    const { to } = moves.at(-1)!;
    const mayBeLost = moves.filter((move) => lost.has(move));
    const isOld = (present: Present) => {
      if (present === to || present === damaged) return present === damaged;
      // A file that names `from` but was written after the record is of somebody who moved the ref back.
      const changed = this.#refs.loose.changedAt(ref);
      return mayBeLost.some(
        ({ from, since }) => from === present && (changed === null || isSameTime(changed, since)),
      );
    };
    if (!isOld(await this.#refs.present(ref))) return;
    if (to === null) await this.#refs.erase(ref, isOld, touched);
    else await this.#refs.swap(ref, isOld, to, touched);
  }

  #move(ref: string, from: string | null, to: string | null): MoveRecord {
    const repository = basename(this.#files.gitdir);
    return {
      repository,
      ref,
      from,
      to,
      since: this.#refs.loose.changedAt(ref),
      at: Date.now(),
      objects: [],
    };
  }

  async #refuseConflict(ref: string): Promise<void> {
    if (await this.#refs.hasConflict(ref)) throw alreadyExists();
  }
}

/**
 * Whether two times in ns are the same for a file whose time was restored: Node cuts it to microseconds, after a double of its
 * seconds has rounded it by up to 0.24 of one.
 */
function isSameTime(changed: string, since: string | null): boolean {
  if (since === null) return false;
  const difference = BigInt(changed) - BigInt(since);
  return -2000n < difference && difference < 2000n;
}

function alreadyExists(): DomainError {
  return new DomainError(
    'already_exists',
    'A branch with this name, or one that excludes it, exists already.',
  );
}
