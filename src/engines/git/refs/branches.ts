import { DomainError, notFound } from '../../../errors.js';
import type { BranchQueue } from '../commits/branch-queue.js';
import { storageUnavailable } from '../durability/storage-error.js';
import { isReachable } from '../history/is-reachable.js';
import type { NativeGit } from '../native/native-git.js';
import type { ObjectStore } from '../objects/object-store.js';
import { readCommit } from '../objects/read-commit.js';
import { assertBranchName, isBranchName } from '../ref-name.js';
import { keepReplaced } from '../serve/hidden-refs.js';
import type { RefStore } from './ref-store.js';
import { assertTip } from './resolve-ref.js';

const maxAttempts = 50;

/** The branches of one repository; see {@link GitRepository}. Names are short (`main`). */
export class Branches {
  readonly #parts: { objects: ObjectStore; refs: RefStore; queue: BranchQueue; native: NativeGit };

  constructor(parts: { objects: ObjectStore; refs: RefStore; queue: BranchQueue; native: NativeGit }) {
    this.#parts = parts;
  }

  /** The tip of a branch. @throws DomainError `invalid_ref`, `not_found` */
  async resolve(branch: string): Promise<string> {
    const { objects, refs } = this.#parts;
    assertBranchName(branch);
    const oid = await refs.read(refOf(branch));
    if (oid === null) throw notFound('The branch');
    await assertTip(objects, oid);
    return oid;
  }

  /** See {@link GitRepository.nameOfBranch}. */
  async nameOf(given: string): Promise<string> {
    const { refs } = this.#parts;
    const [, folder, short = ''] = /^(refs\/)?heads\/(.+)$/.exec(given) ?? [];
    if (!isBranchName(short) || (await refs.read(refOf(given))) !== null) return given;
    return folder !== undefined || (await refs.read(refOf(short))) !== null ? short : given;
  }

  /** All branches by name. One whose commit is missing is reported and left out; the others are still listed. */
  async list(): Promise<{ name: string; commitOid: string }[]> {
    const { objects, refs } = this.#parts;
    const found: { name: string; commitOid: string }[] = [];
    for (const { name, oid } of await refs.branches()) {
      try {
        await assertTip(objects, oid);
        found.push({ name, commitOid: oid });
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        const what = `the branch ${name} of ${objects.repositoryId} leads to no commit and is left out of lists`;
        objects.files.owner.reportOnce(what, error.cause);
      }
    }
    return found;
  }

  /**
   * @param from a branch that is likely to be at the commit: then the other refs need not be read
   * @throws DomainError `invalid_ref`, `already_exists`, `not_found` for a commit that no ref leads to
   */
  async create(name: string, commitOid: string, from?: string): Promise<void> {
    const { objects, refs } = this.#parts;
    assertBranchName(name);
    await readCommit(objects, commitOid);
    // A prune that runs now would not see the new ref, and remove the commit.
    const isTip = from !== undefined && (await refs.read(refOf(from))) === commitOid;
    if (!isTip && !(await isReachable(this.#parts, commitOid))) throw notFound('The commit');
    await refs.create(refOf(name), commitOid);
  }

  /** Makes a branch the one that `HEAD` names. @throws DomainError `invalid_ref`, `not_found` */
  async setDefault(name: string): Promise<void> {
    await this.resolve(name);
    await this.#parts.refs.setHead(refOf(name));
  }

  /** False when the branch was not at `from`. @throws DomainError `invalid_ref`, `not_found` for the commit `to` */
  async move(name: string, from: string, to: string): Promise<boolean> {
    const { objects, refs, queue } = this.#parts;
    assertBranchName(name);
    await readCommit(objects, to);
    return queue.run(`${objects.repositoryId}:${name}`, () => refs.compareAndSwap(refOf(name), from, to));
  }

  /**
   * Deletes a branch and keeps its commits under a hidden ref, so that no version is lost.
   * @param at deletes it only from this tip; false when it is at another one
   * @throws DomainError `invalid_ref`, `not_found`
   */
  async delete(name: string, at?: string): Promise<boolean> {
    const { objects, refs } = this.#parts;
    assertBranchName(name);
    const ref = refOf(name);
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const tip = await refs.read(ref);
      if (tip === null) throw notFound('The branch');
      if (at !== undefined && tip !== at) return false;
      // A commit that is missing cannot be kept.
      if ((await objects.read(tip)) !== null) await keepReplaced(refs, name, tip);
      if (await refs.remove(ref, tip)) return true;
    }
    throw storageUnavailable(new Error('the branch kept moving'));
  }
}

function refOf(branch: string): string {
  return `refs/heads/${branch}`;
}
