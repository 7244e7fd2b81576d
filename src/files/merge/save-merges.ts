import type { RequestContext } from '../../context.js';
import type { FileChange } from '../../engines/git/git-store.js';
import { objectIdInSteps } from '../../engines/git/object-id.js';
import { DomainError } from '../../errors.js';
import { blobAt } from '../../notebooks/versions/blob-at.js';
import type { FileServices } from '../file-services.js';
import type { BranchTarget } from '../file-target.js';
import { mergeBlobs } from './merge-blobs.js';
import { saveConflictError, type TriedMerge } from './save-conflict.js';

/** A change of a commit. */
export interface MergeableChange {
  change: FileChange;
  /** Whether a save is merged with what others saved since its base; default false: it is refused. */
  isMerging?: boolean;
}

/** A save that was merged with what others saved meanwhile. */
export interface MergedSave {
  path: string;
  bytes: Uint8Array;
  /** The blob of the bytes. */
  sha: string;
}

type Save = Extract<FileChange, { kind: 'save' }>;

/** Of all merged files of one commit together. */
const maxMergedBytes = 64 * 1024 * 1024;

/** Merges the saves of one commit with what the branch has. */
export class SaveMerges {
  readonly #services: FileServices;
  readonly #ctx: RequestContext;
  readonly #target: BranchTarget;
  readonly #changes: readonly MergeableChange[];
  /** By the index of the change, with the blob that it was merged with. */
  readonly #merged = new Map<number, MergedSave & { currentSha: string }>();
  /** The indexes of the changes whose base is what the branch has. */
  readonly #unchanged = new Set<number>();

  constructor(
    services: FileServices,
    ctx: RequestContext,
    target: BranchTarget,
    changes: readonly MergeableChange[],
  ) {
    this.#services = services;
    this.#ctx = ctx;
    this.#target = target;
    this.#changes = changes;
  }

  /** The changes to commit: a merged save has the merged bytes, and replaces the blob that it was merged with. */
  changes(): FileChange[] {
    return this.#changes.map(({ change }, index) => {
      const merged = this.#merged.get(index);
      return merged ? { ...(change as Save), bytes: merged.bytes, baseSha: merged.currentSha } : change;
    });
  }

  /** The merged saves, in the order of the changes. */
  merged(): MergedSave[] {
    return [...this.#merged].sort(([one], [two]) => one - two).map(([, save]) => save);
  }

  /** Whether the save of this index may be tried: it is merged, or its base was what the branch had at the last merge. */
  isReady(index: number): boolean {
    return this.#merged.has(index) || this.#unchanged.has(index);
  }

  /**
   * Merges each save that is to be merged and whose base is not what the branch has now. What is merged with the same blob
   * already stays.
   * @throws DomainError `base_sha_conflict` for the first that cannot be merged; `payload_too_large`, `rate_limited`,
   *   `overloaded`, `storage_unavailable`
   */
  async mergeAll(): Promise<void> {
    const shas = await this.#currentShas();
    this.#unchanged.clear();
    for (const index of this.#merged.keys()) if (!shas.has(index)) this.#merged.delete(index);
    for (const [index, currentSha] of shas) {
      const change = this.#changes[index]!.change as Save;
      if (currentSha === change.baseSha) {
        this.#unchanged.add(index);
        this.#merged.delete(index);
      } else if (this.#merged.get(index)?.currentSha !== currentSha)
        await this.#merge(index, change, currentSha);
    }
  }

  /** Tries a merge for a conflict: too much work that runs is no fault then. @throws DomainError `storage_unavailable` */
  async attempt(change: Save, currentSha: string | null): Promise<TriedMerge> {
    if (currentSha === null) return { bytes: null };
    try {
      return await this.#tryMerge(change, currentSha);
    } catch (error) {
      // The answer is the conflict, also where too much work runs to try a merge.
      if (!(error instanceof DomainError)) throw error;
      return { bytes: undefined };
    }
  }

  async #merge(index: number, change: Save, currentSha: string): Promise<void> {
    const { path, baseSha } = change;
    this.#merged.delete(index);
    const found = await this.#tryMerge(change, currentSha);
    const { bytes } = found;
    if (!bytes) {
      const at = { path, branch: this.#target.branch, baseSha: baseSha!, currentSha };
      throw saveConflictError(at, found);
    }
    const others = [...this.#merged.values()].reduce((sum, save) => sum + save.bytes.length, 0);
    if (others + bytes.length > maxMergedBytes)
      throw new DomainError(
        'payload_too_large',
        'The merged files have more than 64 MiB together; commit them one by one.',
      );
    this.#merged.set(index, { path, bytes, sha: await objectIdInSteps('blob', bytes), currentSha });
  }

  #tryMerge({ path, bytes, baseSha }: Save, currentSha: string): Promise<TriedMerge> {
    const versions = { base: baseSha!, ours: bytes, theirs: currentSha };
    return mergeBlobs(this.#services, this.#ctx, { ...versions, path, git: this.#target.git });
  }

  /** By the index of each save that is to be merged, the blob that it replaces; without files that are gone or written before. */
  async #currentShas(): Promise<Map<number, string>> {
    const { git, branch } = this.#target;
    const tip = await git.resolveBranch(branch);
    /** By path, where its file is on the branch; null for one that an earlier change wrote or removed. */
    const origins = new Map<string, string | null>();
    const originOf = (path: string) => origins.get(path) ?? (origins.has(path) ? null : path);
    const shas = new Map<number, string>();
    for (const [index, { change, isMerging }] of this.#changes.entries()) {
      const origin = originOf(change.path);
      if (isMerging && change.kind === 'save' && origin !== null) {
        const sha = await blobAt(git, tip, origin);
        if (sha !== null) shas.set(index, sha);
      }
      origins.set(change.path, null);
      if (change.kind === 'move') origins.set(change.newPath, origin);
    }
    return shas;
  }
}
