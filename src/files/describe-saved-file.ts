import type { FileVersion } from '../../prisma/generated/client/client.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import type { CommitResult } from '../engines/git/git-store.js';
import { DomainError } from '../errors.js';
import type { NotebookServices } from '../notebooks/notebook-services.js';
import { pathHash } from '../notebooks/path-hash.js';
import type { FileContent, UnreadableContent } from './file-content.js';
import type { FileSnapshot } from './file-snapshot.js';
import type { BranchTarget, LoadedTarget } from './file-target.js';
import { type LastChange, lastChanges } from './last-change.js';

/** The result of a write. */
export interface SavedFile {
  /** The file as it was written. */
  file: FileSnapshot;
  /** The created version; null when the bytes were unchanged. */
  version: FileVersion | null;
  /** Whether the file is what was sent, merged with what others saved meanwhile. */
  isMerged: boolean;
}

/**
 * Returns the result of a write: the file in the commit that was created, or, when nothing changed, in the tip of the branch
 * at that time. Later commits on the branch are ignored.
 * @param written.path one of the written files
 * @param written.content the content of that file
 * @param written.result what `commitChanges` returned
 * @throws DomainError `storage_unavailable` when a forced push removed the commit meanwhile
 */
export async function describeSavedFile(
  services: NotebookServices,
  target: BranchTarget,
  written: { path: string; content: FileContent | UnreadableContent; result: CommitResult },
): Promise<SavedFile> {
  const { branch } = target;
  const { path, content, result } = written;
  const repositoryId = target.repository.id;
  const { oid, size } = result.files.find((file) => file.path === path)!;
  const at = { repositoryId, branch, path, commitOid: result.commitOid };
  const version = result.changed ? await findVersion(services, at) : null;
  const change = version ?? (await lastChangeBefore(services, target, { ...at, oid }));
  return {
    version,
    isMerged: false,
    file: {
      ...content,
      path,
      ref: branch,
      branch,
      commitSha: change.commitOid,
      sha: oid,
      size,
      notebookId: change.documentId,
      repository: target.repository,
      workspace: target.workspace,
    },
  };
}

interface WrittenAt {
  repositoryId: string;
  branch: string;
  path: string;
  commitOid: string;
}

/**
 * The version of a path that a commit created. `commitChanges` has indexed it.
 * @throws DomainError `storage_unavailable` when a forced push removed the commit meanwhile
 */
async function findVersion(services: PrismaService, at: WrittenAt): Promise<FileVersion> {
  const { path, ...commit } = at;
  const version = await services.prisma.fileVersion.findUnique({
    where: { repositoryId_commitOid_branch_pathHash: { ...commit, pathHash: pathHash(path) } },
  });
  if (version) return version;
  const message = 'The branch was replaced while the file was written to it; read it again, then try again.';
  throw new DomainError('storage_unavailable', message, { retryAfterSeconds: 1 });
}

/** The last change of an unchanged file: from the index, which is fast, or from Git when the index has a newer file. */
async function lastChangeBefore(
  services: NotebookServices,
  target: LoadedTarget,
  { repositoryId, branch, path, commitOid, oid }: WrittenAt & { oid: string },
): Promise<LastChange> {
  const row = await services.prisma.branchFile.findUnique({
    where: { repositoryId_branch_pathHash: { repositoryId, branch, pathHash: pathHash(path) } },
  });
  if (row?.blobOid === oid && (await target.git.isAncestor(row.lastCommitOid, commitOid)))
    return { commitOid: row.lastCommitOid, documentId: row.documentId };
  return (await lastChanges(services, target, { commitOid, paths: [path] })).get(path)!;
}
