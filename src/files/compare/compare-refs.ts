import type { RequestContext } from '../../context.js';
import type { BoundedSlots } from '../../engines/events/bounded-slots.js';
import { checkRef } from '../../engines/git/check-ref.js';
import { assertReadablePath } from '../../engines/git/file-path.js';
import type { ComparedFile, GitRepository } from '../../engines/git/git-store.js';
import { checkAll } from '../../validation/check-all.js';
import { authorizeRead } from '../authorize-read.js';
import type { FileServices } from '../file-services.js';
import { type FileRows, openFileSource } from '../file-target.js';

/** What the commands need that compare or merge histories. */
export interface CompareServices extends FileServices {
  /** Limits how many searches for renamed files and for merge bases run at the same time. */
  compareSlots: BoundedSlots;
}

/** Two refs of a repository that are compared. */
export interface CompareRefsInput {
  /** A branch, tag or commit sha. */
  base: string;
  /** A branch, tag or commit sha; default the branch of the workspace or repository. */
  head?: string | null;
  /** Leaves out all other files; of a renamed file either path. */
  path?: string | null;
}

/** Two commits that are compared. */
export interface Comparison {
  base: string;
  head: string;
  baseCommit: string;
  headCommit: string;
  /** Leaves out all other files; null for none. */
  path: string | null;
  git: GitRepository;
  /**
   * The files that differ, by path; found with the first call. @throws DomainError `payload_too_large`, `rate_limited`,
   * `overloaded`
   */
  files(): Promise<ComparedFile[]>;
  /**
   * The commit at which the histories of both began to differ; null where they have none in common. Of several, the first.
   * @throws DomainError `storage_unavailable`, `rate_limited`, `overloaded`
   */
  mergeBase(): Promise<string | null>;
}

/**
 * Opens the comparison of two refs: what one would have to change in `base` to get `head`. Needs the scope `read` and `can_view`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_ref`, `invalid_path`
 */
export async function compareRefs(
  services: CompareServices,
  ctx: RequestContext,
  rows: FileRows,
  input: CompareRefsInput,
): Promise<Comparison> {
  await authorizeRead(services, ctx, rows);
  const { defaultBranch, git } = await openFileSource(services, rows);
  const { base, head } = await checkAll({
    base: () => checkRef(input.base, 'base'),
    head: () => checkRef(input.head ?? defaultBranch, 'head'),
    path: () => input.path != null && assertReadablePath(input.path),
  });
  const { commitOid: baseCommit } = await git.resolveRef(base);
  const { commitOid: headCommit } = await git.resolveRef(head);
  const enter = () => services.compareSlots.enter(ctx.actor.userId, ctx.left);
  let found: Promise<ComparedFile[]> | undefined;
  const files = () => {
    found ??= git.compare(baseCommit, headCommit, { enter, signal: ctx.left });
    return found;
  };
  const mergeBase = async () => {
    const leave = await enter();
    try {
      return (await git.mergeBases(baseCommit, headCommit))[0] ?? null;
    } finally {
      leave();
    }
  };
  return { base, head, baseCommit, headCommit, path: input.path ?? null, git, files, mergeBase };
}
