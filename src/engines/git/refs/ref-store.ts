import { readFileSync, statSync } from 'node:fs';
import { readdir, readFile, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DomainError, notFound } from '../../../errors.js';
import { publish } from '../commits/publish.js';
import type { DurableFiles } from '../durability/durable-files.js';
import type { MoveRecord } from '../durability/journal/journal-record.js';
import { errnoOf, refUnreadable } from '../durability/storage-error.js';
import type { LooseObject } from '../objects/loose-objects.js';
import { isBranchName } from '../ref-name.js';
import { readPackedRefs, withoutPackedRef } from './packed-refs.js';
import { withLock } from './ref-lock.js';

const heads = 'refs/heads/';

/** What a ref names; its file may hold no object id. */
const damaged = Symbol('damaged');
type Present = string | null | typeof damaged;

/** The refs of one repository, loose and packed. Names are full (`refs/heads/main`) and checked by the caller. */
export class RefStore {
  constructor(private readonly files: DurableFiles) {}

  /**
   * The object that a ref names, or null.
   * @throws DomainError `storage_unavailable` when its file holds no object id: what is packed is then older and not it
   */
  async read(ref: string): Promise<string | null> {
    return this.readLoose(ref) ?? (await readPackedRefs(this.files.gitdir)).get(ref) ?? null;
  }

  /** All branches by short name, sorted; those that are damaged, or whose name this API would refuse, are left out. */
  async branches(): Promise<{ name: string; oid: string }[]> {
    return [...(await this.list('refs/heads'))]
      .map(([ref, oid]) => ({ name: ref.slice(heads.length), oid }))
      .filter(({ name }) => isBranchName(name))
      .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  }

  /**
   * What the refs below a folder name, by ref; those whose file holds no object id are left out: one that is damaged does
   * not take the others with it.
   * @param folder default all refs
   */
  async list(folder = 'refs'): Promise<Map<string, string>> {
    const found = new Map<string, string | typeof damaged>();
    // Loose first: a native pack-refs, which packs a ref and then removes its file, cannot make one vanish in between.
    for await (const ref of this.looseRefs(folder)) {
      const oid = this.looseOrDamaged(ref);
      if (oid) found.set(ref, oid);
    }
    for (const [ref, oid] of await readPackedRefs(this.files.gitdir)) {
      if (ref.startsWith(`${folder}/`) && !found.has(ref)) found.set(ref, oid);
    }
    return new Map([...found].flatMap(([ref, oid]) => (oid === damaged ? [] : [[ref, oid]])));
  }

  /**
   * Moves a ref from one object to another; false when it was elsewhere by then. Durable once it returns, together with
   * the objects, of which none is visible before all are.
   */
  async compareAndSwap(
    ref: string,
    from: string,
    to: string,
    objects: readonly LooseObject[] = [],
  ): Promise<boolean> {
    return publish(this.files, { ...this.move(ref, from, to), objects: [...objects] }, (touched) =>
      this.swap(ref, (present) => present === from, to, touched),
    );
  }

  /** @throws DomainError `already_exists`, also when `a` exists and the ref is `a/b`, or the other way round */
  async create(ref: string, oid: string): Promise<void> {
    await this.refuseClash(ref);
    try {
      await publish(this.files, this.move(ref, null, oid), (touched) =>
        withLock(this.files, this.path(ref), { contents: `${oid}\n`, touched }, async (lock) => {
          await this.refuseClash(ref);
          await lock.commit();
          return true;
        }),
      );
    } catch (error) {
      // Another process made `a` a file, or filled the folder `a`, since we looked.
      if (['ENOTDIR', 'ENOTEMPTY', 'EISDIR'].includes(errnoOf(error) ?? '')) throw alreadyExists();
      throw error;
    }
  }

  /** Makes a branch the one that `HEAD` names: what a clone checks out. Durable once it returns. */
  async setHead(ref: string): Promise<void> {
    const touched = new Set<string>();
    const file = this.path('HEAD');
    // Flushed before it is in place: no journal has it, and without it this is no repository.
    await withLock(this.files, file, { touched }, () =>
      this.files.replace(file, Buffer.from(`ref: ${ref}\n`), 0o644, touched, true),
    );
    await this.files.sync(touched);
  }

  /**
   * @param from removes it only if it names this object; false when it does not by then
   * @throws DomainError `not_found`
   */
  async remove(ref: string, from?: string): Promise<boolean> {
    const present = await this.read(ref);
    if (present === null) throw notFound('The branch');
    if (from !== undefined && from !== present) return false;
    const removed = await publish(this.files, this.move(ref, present, null), (touched) =>
      this.erase(ref, (now) => from === undefined || now === from, touched),
    );
    if (removed) await this.pruneFolders(ref);
    return removed;
  }

  /**
   * Brings a ref to where recorded moves led, unless it was moved elsewhere since.
   * @param moves in the order in which they were recorded, at least one
   * @param how `lost`: the moves of another boot, which may not have reached the ref
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
      // A file that names `from` again, but was written later, is of somebody who moved it back.
      const changed = this.changedAt(ref);
      return mayBeLost.some(
        ({ from, since }) => from === present && (changed === null || isSame(changed, since)),
      );
    };
    if (!isOld(await this.present(ref))) return;
    if (to === null) await this.erase(ref, isOld, touched);
    else await this.swap(ref, isOld, to, touched);
  }

  private move(ref: string, from: string | null, to: string | null): MoveRecord {
    const repository = basename(this.files.gitdir);
    return { repository, ref, from, to, since: this.changedAt(ref), at: Date.now(), objects: [] };
  }

  private async swap(
    ref: string,
    matches: (present: Present) => boolean,
    to: string,
    touched: Set<string>,
  ): Promise<boolean> {
    return withLock(this.files, this.path(ref), { contents: `${to}\n`, touched }, async (lock) => {
      if (!matches(await this.present(ref))) return false;
      await lock.commit();
      return true;
    });
  }

  private async erase(
    ref: string,
    matches: (present: Present) => boolean,
    touched: Set<string>,
  ): Promise<boolean> {
    const file = this.path(ref);
    return withLock(this.files, file, { touched }, async () => {
      if (!matches(await this.present(ref))) return false;
      // From the packed refs first: an older packed value would else show once the file is gone.
      if ((await readPackedRefs(this.files.gitdir)).has(ref)) await this.removePacked(ref, touched);
      await unlink(file).catch((error: unknown) => {
        if (errnoOf(error) !== 'ENOENT') throw error;
      });
      touched.add(dirname(file));
      return true;
    });
  }

  private async present(ref: string): Promise<Present> {
    return this.read(ref).catch((error: unknown) => {
      if (error instanceof DomainError) return damaged;
      throw error;
    });
  }

  /** When the ref's own file was last changed, in ns; null when it has none. */
  private changedAt(ref: string): string | null {
    return statSync(this.path(ref), { bigint: true, throwIfNoEntry: false })?.mtimeNs.toString() ?? null;
  }

  private path(ref: string): string {
    return join(this.files.gitdir, ref);
  }

  private readLoose(ref: string): string | null {
    const text = this.refText(ref);
    if (text === null) return null;
    const match = /^([0-9a-f]{40})\s*$/.exec(text);
    if (!match) throw refUnreadable(new Error('a ref file holds no object id'));
    return match[1]!;
  }

  private looseOrDamaged(ref: string): Present {
    try {
      return this.readLoose(ref);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.files.owner.reportOnce(`${this.path(ref)} is damaged, and left out of lists`, error.cause);
      return damaged;
    }
  }

  /** Not awaited: 41 bytes, from memory as a rule, at a tenth of the time of a turn through the thread pool. */
  private refText(ref: string): string | null {
    try {
      // Looked for first: an error that is thrown and caught takes longer than all the rest.
      if (!statSync(this.path(ref), { throwIfNoEntry: false })?.isFile()) return null;
      return readFileSync(this.path(ref), 'latin1');
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return null;
      throw error;
    }
  }

  private async *looseRefs(folder: string): AsyncGenerator<string> {
    const entries = await readdir(this.path(folder), { withFileTypes: true }).catch((error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return [];
      throw error;
    });
    for (const entry of entries) {
      const ref = `${folder}/${entry.name}`;
      if (entry.isDirectory()) yield* this.looseRefs(ref);
      else if (entry.isFile() && !entry.name.endsWith('.lock')) yield ref;
    }
  }

  private async refuseClash(ref: string): Promise<void> {
    const clashes = (other: string) =>
      other === ref || other.startsWith(`${ref}/`) || ref.startsWith(`${other}/`);
    for await (const other of this.looseRefs(kindOf(ref))) if (clashes(other)) throw alreadyExists();
    for (const other of (await readPackedRefs(this.files.gitdir)).keys())
      if (clashes(other)) throw alreadyExists();
  }

  private async removePacked(ref: string, touched: Set<string>): Promise<void> {
    const file = join(this.files.gitdir, 'packed-refs');
    // The contents depend on what is read under the lock, so the lock is taken empty and the file replaced under it.
    await withLock(this.files, file, { touched }, async () => {
      const text = Buffer.from(withoutPackedRef(await readFile(file, 'utf8'), ref));
      // Flushed before it is in place: all other packed refs are in it, and no journal has them.
      await this.files.replace(file, text, 0o644, touched, true);
    });
  }

  private async pruneFolders(ref: string): Promise<void> {
    for (let folder = dirname(ref); folder !== kindOf(ref); folder = dirname(folder)) {
      try {
        await rmdir(this.path(folder));
      } catch {
        return;
      }
    }
  }
}

/** Whether two times in ns are one, to within a microsecond: more than that nobody can give back to a file. */
function isSame(changed: string, since: string | null): boolean {
  if (since === null) return false;
  const difference = BigInt(changed) - BigInt(since);
  return -1000n < difference && difference < 1000n;
}

/** The folder that the ref is of: `refs/heads`, `refs/tags` and so on. */
function kindOf(ref: string): string {
  return ref.split('/', 2).join('/');
}

function alreadyExists(): DomainError {
  return new DomainError(
    'already_exists',
    'A branch with this name, or one that excludes it, exists already.',
  );
}
