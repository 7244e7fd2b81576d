import type { FileVersion } from '../../prisma/generated/client/client.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import type { CommitResult } from '../engines/git/git-store.js';
import { DomainError } from '../errors.js';
import type { NotebookServices } from '../notebooks/notebook-services.js';
import { pathHash } from '../notebooks/path-hash.js';
import type { FileContent } from './file-content.js';
import type { FileSnapshot } from './file-snapshot.js';
import type { BranchTarget, LoadedTarget } from './file-target.js';
import { type LastChange, lastChanges } from './last-change.js';

/** The file as it was written, and the version that was made; none when the bytes were the same already. */
export interface SavedFile {
  file: FileSnapshot;
  version: FileVersion | null;
}

/**
 * What a write answers: the file as it is in the commit that was made, or in the tip that had it so already, whatever
 * others have made of the branch since.
 * @throws DomainError `storage_unavailable` when the branch was replaced by force meanwhile
 * @param written what `commitChanges` answered, and the content of the file at `path`, one of those it names
 */
export async function describeSavedFile(
  services: NotebookServices,
  target: BranchTarget,
  written: { path: string; content: FileContent; result: CommitResult },
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
 * The version that a commit made of a path; it is in the index once `commitChanges` returned.
 * @throws DomainError `storage_unavailable` when the branch was replaced by force since, and the commit with it
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

/** From the index, which is quick, unless the branch has another file there by now. */
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
