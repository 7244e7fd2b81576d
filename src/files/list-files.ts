import type { RequestContext } from '../context.js';
import { invalidField } from '../errors.js';
import { type FileKind, fileKind, isNotebookPath } from '../notebooks/file-kind.js';
import { checkRef } from '../repositories/check-ref.js';
import type { FileServices } from './file-services.js';
import { type FileTarget, type LoadedTarget, loadFileTarget } from './file-target.js';
import { lastChanges } from './last-change.js';

/** One row of a file list. */
export interface FileEntry {
  path: string;
  name: string;
  kind: FileKind;
  size: number;
  sha: string;
  notebookId: string | null;
  lastCommitSha: string;
  updatedAt: Date;
}

/** Which files, and which part of the list. */
export interface ListFilesInput {
  ref?: string | null;
  /** Default notebooks only. */
  kind?: 'notebook' | 'all' | null;
  offset: number;
  limit: number;
}

/** A part of the list, sorted by path, and the length of the whole. */
export interface FileList {
  entries: FileEntry[];
  totalCount: number;
}

/**
 * Lists the files at a ref, sorted by path. Needs the scope `read` and `can_view`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_ref`
 */
export async function listFiles(
  services: FileServices,
  ctx: RequestContext,
  spaceSlug: string,
  address: FileTarget,
  input: ListFilesInput,
): Promise<FileList> {
  if (input.offset < 0 || input.limit < 0) throw invalidField('limit', 'must not be negative');
  const target = await loadFileTarget(services, ctx, spaceSlug, address, 'view');
  const resolved = await target.git.resolveRef(checkRef(input.ref ?? target.defaultBranch));
  return resolved.kind === 'branch'
    ? listBranch(services, target, resolved.name, input)
    : listCommit(services, target, resolved.commitOid, input);
}

async function listBranch(
  services: FileServices,
  target: LoadedTarget,
  branch: string,
  input: ListFilesInput,
): Promise<FileList> {
  const repositoryId = target.repository.id;
  await services.indexer.ensure(repositoryId, branch);
  const where = { repositoryId, branch, ...(input.kind === 'all' ? {} : { path: { endsWith: '.ipynb' } }) };
  const [rows, totalCount] = await Promise.all([
    services.prisma.branchFile.findMany({
      where,
      orderBy: { path: 'asc' },
      skip: input.offset,
      take: input.limit,
    }),
    services.prisma.branchFile.count({ where }),
  ]);
  const entries = rows.map((row) => ({
    ...describe(row.path),
    size: row.size,
    sha: row.blobOid,
    notebookId: row.documentId,
    lastCommitSha: row.lastCommitOid,
    updatedAt: row.updatedAt,
  }));
  return { entries, totalCount };
}

async function listCommit(
  services: FileServices,
  target: LoadedTarget,
  commitOid: string,
  input: ListFilesInput,
): Promise<FileList> {
  const { git } = target;
  const all = (await git.listFiles(commitOid)).filter(
    (file) => input.kind === 'all' || isNotebookPath(file.path),
  );
  const page = all.slice(input.offset, input.offset + input.limit);
  const changes = await lastChanges(services, target, {
    commitOid,
    paths: page.map(({ path }) => path),
  });
  const entries: FileEntry[] = [];
  for (const { path, oid } of page) {
    const change = changes.get(path)!;
    const { committer } = await git.readCommit(change.commitOid);
    entries.push({
      ...describe(path),
      size: await git.blobSize(oid),
      sha: oid,
      notebookId: change.documentId,
      lastCommitSha: change.commitOid,
      updatedAt: committer.date,
    });
  }
  return { entries, totalCount: all.length };
}

function describe(path: string): Pick<FileEntry, 'path' | 'name' | 'kind'> {
  return { path, name: path.slice(path.lastIndexOf('/') + 1), kind: fileKind(path) };
}
