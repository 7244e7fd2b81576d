import type { RequestContext } from '../../context.js';
import { branchNamed } from '../../engines/git/check-ref.js';
import type { GitRepository, MergeConflict } from '../../engines/git/git-store.js';
import type { CellConflict } from '../../engines/nbformat/merge/cell-conflict.js';
import { DomainError, invalidField } from '../../errors.js';
import { serviceIdentity } from '../../repositories/service-identity.js';
import { checkAll } from '../../validation/check-all.js';
import { checkCommitMessage } from '../commit-changes.js';
import type { CompareServices } from '../compare/compare-refs.js';
import type { FileServices } from '../file-services.js';
import { checkTargetBranch, loadFileTarget } from '../file-target.js';
import { mergeBlobs } from './merge-blobs.js';

/** Which branch is merged into which. */
export interface MergeBranchInput {
  source: string;
  /** Default the default branch of the repository. */
  target?: string | null;
  /** Default `Merge SOURCE into TARGET`. */
  commitMessage?: string | null;
  /** Whether the target is only moved where it has nothing that the source has not; default true. */
  fastForward?: boolean | null;
}

/** What a merge did. */
export interface BranchMerge {
  /** The tip of the target. */
  commitOid: string;
  /** The tip of the target before. */
  parentOid: string;
  /** False when the target had all commits of the source. */
  changed: boolean;
  isFastForward: boolean;
}

/** Of all merged files of one merge together. */
const maxMergedBytes = 64 * 1024 * 1024;

/**
 * Merges one branch of a repository into another one: notebooks by their cells, text files by their lines. The target counts as
 * ours. Needs the scope `write` and `can_edit` of the repository.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `workspace_archived`, `branch_protected`, `invalid_ref`,
 *   `invalid_request` for an unknown branch; `merge_conflict` with the `files`; `payload_too_large`, `rate_limited`,
 *   `overloaded`, `storage_unavailable`
 */
export async function mergeBranch(
  services: CompareServices,
  ctx: RequestContext,
  spaceSlug: string,
  repositoryId: string,
  input: MergeBranchInput,
): Promise<BranchMerge> {
  const loaded = await loadFileTarget(services, ctx, spaceSlug, { repositoryId }, 'edit');
  const { git, repository } = loaded;
  const { source, target, message } = await checkAll({
    source: async () => {
      const name = await branchNamed(git, input.source, 'source');
      return { name, tip: await branchTip(git, name, 'source') };
    },
    target: async () => {
      // The faults of the target name it, and not the `branch` of a write of files.
      const name = await checkTargetBranch(services, loaded, input.target, 'target');
      await branchTip(git, name, 'target');
      return name;
    },
    message: () => checkCommitMessage(input.commitMessage, ''),
  });
  await services.indexer.ready(repository.id, target);
  let files = new MergedFiles(services, ctx, git);
  const leave = await services.compareSlots.enter(ctx.actor.userId, ctx.left);
  const merged = git.merge({
    ...{ branch: target, commitOid: source.tip },
    message: message || `Merge ${source.name} into ${target}`,
    mayFastForward: input.fastForward ?? true,
    beginMerge: () => {
      files = new MergedFiles(services, ctx, git);
      return (file) => files.merge(file);
    },
    author: { name: ctx.actor.name, email: ctx.actor.email },
    committer: serviceIdentity,
  });
  const outcome = await merged.finally(leave);
  if (outcome.kind === 'unrelated')
    throw invalidField('source', 'has no commit in common with the target', 'unrelated');
  if (outcome.kind === 'conflicts') throw files.conflict(outcome.conflicts);
  const { kind, commitOid } = outcome;
  if (kind === 'unchanged') return { commitOid, parentOid: commitOid, changed: false, isFastForward: false };
  await services.indexer.ensure(repository.id, target);
  return { commitOid, parentOid: outcome.parentOid, changed: true, isFastForward: kind === 'fast_forward' };
}

async function branchTip(git: GitRepository, name: string, field: string): Promise<string> {
  try {
    return await git.resolveBranch(name);
  } catch (error) {
    if (!(error instanceof DomainError && error.code === 'not_found')) throw error;
    throw invalidField(field, 'is not a branch of this repository', 'unknown');
  }
}

/** Merges the files that both branches changed in one attempt, and keeps what both changed differently. */
class MergedFiles {
  readonly #cells = new Map<string, readonly CellConflict[]>();
  readonly #services: FileServices;
  readonly #ctx: RequestContext;
  readonly #git: GitRepository;
  #bytes = 0;

  constructor(services: FileServices, ctx: RequestContext, git: GitRepository) {
    this.#services = services;
    this.#ctx = ctx;
    this.#git = git;
  }

  async merge(file: {
    path: string;
    base: string;
    ours: string;
    theirs: string;
  }): Promise<Uint8Array | null> {
    const { bytes, conflicts = [] } = await mergeBlobs(this.#services, this.#ctx, {
      ...file,
      git: this.#git,
    });
    if (conflicts.length > 0) this.#cells.set(file.path, conflicts);
    this.#bytes += bytes?.length ?? 0;
    if (this.#bytes > maxMergedBytes)
      throw new DomainError(
        'payload_too_large',
        'The files that both branches changed have more than 64 MiB; merge with git.',
      );
    return bytes;
  }

  conflict(conflicts: readonly MergeConflict[]): DomainError {
    const files = conflicts.map((one) => ({ ...one, cells: this.#cells.get(one.path) ?? [] }));
    const message =
      'Both branches changed the same files, which cannot be merged automatically; change one of them first.';
    return new DomainError('merge_conflict', message, { extra: { files } });
  }
}
