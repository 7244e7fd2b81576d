import { notFound } from '../errors.js';
import type { NotebookServices } from '../notebooks/notebook-services.js';
import { pathHash } from '../notebooks/path-hash.js';
import type { FileRows, FileSource } from './file-target.js';
import { lastChanges } from './last-change.js';

/** A file at a ref, without its content. */
export interface FileLocation extends FileRows {
  path: string;
  /** The requested ref. */
  ref: string;
  /** The name of the branch when the ref is a branch, else null. */
  branch: string | null;
  /** The last commit that changed the file. */
  commitSha: string;
  /** The oid of the blob. A save sends it as `baseSha`. */
  sha: string;
  /** Bytes. */
  size: number;
  /** Null for text files, and when {@link lastChanges} finds none. */
  notebookId: string | null;
}

const attempts = 5;

/**
 * Finds one file at a ref and reads its bytes.
 * @throws DomainError `not_found` (file, ref), `invalid_ref`, `invalid_path`
 */
export async function locateFile(
  services: NotebookServices,
  target: FileSource,
  request: { ref: string; path: string },
): Promise<{ location: FileLocation; bytes: Uint8Array }> {
  const { repository, git } = target;
  for (let attempt = 1; ; attempt++) {
    const resolved = await git.resolveRef(request.ref);
    const onBranch = resolved.kind === 'branch';
    const commitOid = onBranch
      ? await services.indexer.ensure(repository.id, resolved.name)
      : resolved.commitOid;
    const file = await git.readFile(commitOid, request.path);
    if (!file) throw notFound('The file');
    const change = onBranch
      ? await changeOnBranch(services, {
          repositoryId: repository.id,
          branch: resolved.name,
          ...request,
          oid: file.oid,
        })
      : (await lastChanges(services, target, { commitOid, paths: [request.path] })).get(request.path)!;
    // A save between the two reads changed the index: read again.
    if (!change && attempt < attempts) continue;
    const location: FileLocation = {
      path: request.path,
      ref: request.ref,
      branch: onBranch ? resolved.name : null,
      commitSha: change?.commitOid ?? commitOid,
      sha: file.oid,
      size: file.size,
      notebookId: change?.documentId ?? null,
      repository,
      workspace: target.workspace,
    };
    return { location, bytes: file.bytes };
  }
}

async function changeOnBranch(
  services: NotebookServices,
  at: { repositoryId: string; branch: string; path: string; oid: string },
): Promise<{ commitOid: string; documentId: string | null } | null> {
  const { repositoryId, branch, path } = at;
  const row = await services.prisma.branchFile.findUnique({
    where: { repositoryId_branch_pathHash: { repositoryId, branch, pathHash: pathHash(path) } },
  });
  return row?.blobOid === at.oid ? { commitOid: row.lastCommitOid, documentId: row.documentId } : null;
}
