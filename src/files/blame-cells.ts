import type { FileVersion } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import type { BoundedSlots } from '../engines/events/bounded-slots.js';
import type { GitRepository } from '../engines/git/git-store.js';
import { type CellDigest, cellDigests, cellMatcher } from '../engines/nbformat/blame/cell-digests.js';
import { minThreadBytes, type NotebookThreads } from '../engines/nbformat/threads/notebook-threads.js';
import { DomainError } from '../errors.js';
import { LoopPace } from '../paging/loop-pace.js';
import { authorizeRead } from './authorize-read.js';
import type { FileServices } from './file-services.js';
import { type FileRows, openFileSource } from './file-target.js';
import type { FileLocation } from './locate-file.js';
import { locateChecked } from './read-file-state.js';

/** What {@link blameCells} needs. */
export interface BlameServices extends FileServices {
  /** Limits how many histories are compared at the same time. */
  blameSlots: BoundedSlots;
}

/** The last change of the source of one cell. */
export interface CellBlame {
  /** From 0. */
  index: number;
  /** Null where the stored cell has none. */
  cellId: string | null;
  /** Null where the change is older than the versions that were compared. */
  version: FileVersion | null;
}

const maxVersions = 200;
const maxMs = 10_000;
const maxBytes = 256 * 1024 * 1024;
const pace = new LoopPace();

/**
 * Finds for each cell of a notebook at a ref the version that last changed its source, under all the paths that the notebook
 * had on the branch. It compares at most 200 versions and 256 MiB, and takes at most 10 s. In a merged history a change of one
 * side may be that of the merge. Needs the scope `read` and `can_view`.
 * @param input.ref a branch, tag or commit sha; default the target's branch
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_path` (also for no notebook), `invalid_ref`,
 *   `unreadable_file`, `rate_limited`, `overloaded`
 */
export async function blameCells(
  services: BlameServices,
  ctx: RequestContext,
  rows: FileRows,
  { path, ref }: { path: string; ref?: string | null },
): Promise<CellBlame[]> {
  await authorizeRead(services, ctx, rows);
  const source = await openFileSource(services, rows);
  const { location, bytes } = await locateChecked(services, source, { path, ref, kind: 'notebook' });
  const leave = await services.blameSlots.enter(ctx.actor.userId, ctx.left);
  try {
    const versions = await versionsOf(services, location);
    return await compare(services.notebookThreads, ctx, source.git, { bytes, versions });
  } finally {
    leave();
  }
}

/** The versions of the file up to the one that it has, newest first. */
async function versionsOf({ prisma }: FileServices, location: FileLocation): Promise<FileVersion[]> {
  const { notebookId: documentId, commitSha: commitOid, branch } = location;
  if (documentId === null) return [];
  const { defaultBranch } = location.repository;
  const known = await prisma.fileVersion.findMany({
    where: { documentId, commitOid, ...(branch === null ? {} : { branch }) },
    orderBy: { branch: 'asc' },
  });
  const newest = known.find((one) => one.branch === (branch ?? defaultBranch)) ?? known[0];
  if (!newest) return [];
  const { sortTime, position } = newest;
  return prisma.fileVersion.findMany({
    where: {
      ...{ documentId, branch: newest.branch, sortTime: { lte: sortTime } },
      OR: [{ sortTime: { lt: sortTime } }, { position: { lte: position } }],
    },
    orderBy: [{ sortTime: 'desc' }, { position: 'desc' }],
    take: maxVersions + 1,
  });
}

async function compare(
  threads: NotebookThreads,
  { actor, left }: RequestContext,
  git: GitRepository,
  { bytes, versions }: { bytes: Uint8Array; versions: FileVersion[] },
): Promise<CellBlame[]> {
  const read = (one: Uint8Array) =>
    one.length < minThreadBytes ? cellDigests(one) : threads.cellDigests(actor.userId, one);
  const cells = await read(bytes);
  if (!cells) throw new DomainError('unreadable_file', 'This file is no notebook that can be read.');
  const blamed: CellBlame[] = cells.map(({ id }, index) => ({ index, cellId: id, version: null }));
  let open = [...cells.entries()];
  let compared = bytes.length;
  const end = performance.now() + maxMs;
  for (const [age, version] of versions.entries()) {
    if (open.length === 0 || performance.now() > end || left?.aborted) break;
    const before = versions[age + 1];
    // The last one is only compared with: what is older is not known.
    if (age === maxVersions) break;
    compared += before ? await git.blobSize(before.blobOid) : 0;
    if (compared > maxBytes) break;
    await pace.next();
    const older: CellDigest[] = (before && (await read(await git.readBlob(before.blobOid)))) ?? [];
    const matcher = cellMatcher(older);
    open = open.filter(([index, cell]) => {
      if (matcher.has(cell)) return true;
      blamed[index]!.version = version;
      return false;
    });
  }
  return blamed;
}
