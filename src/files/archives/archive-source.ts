import type { Commit, GitRepository } from '../../engines/git/git-store.js';
import { DomainError } from '../../errors.js';

const maxFiles = 50_000;
const maxBytes = 8 * 1024 ** 3;
/** Seconds since 1970. The headers of tar files hold no later time. */
const maxTime = 2 ** 31 - 1;

/** A regular file of a commit, as an archive holds it. */
export interface ArchivedFile {
  /** Below the folder of the archive. */
  path: string;
  /** The blob. */
  oid: string;
  isExecutable: boolean;
}

/** The content of an archive. */
export interface ArchiveSource {
  /** The one folder at the root of the archive, without a slash. */
  folder: string;
  /** The time of all files. */
  date: Date;
  files: ArchivedFile[];
  /** Reads a blob, which must not be changed. @throws DomainError `storage_unavailable` */
  read(oid: string): Promise<Uint8Array>;
}

/**
 * The files of a commit that an archive holds: the regular ones, with the bytes of the repository. Neither `.gitattributes`
 * nor symbolic links have any effect. A name with a backslash is left out, because Windows would extract it elsewhere.
 * @param folder see {@link ArchiveSource.folder}
 * @param signal ends the work, with its reason
 * @throws DomainError `payload_too_large` over 50,000 files or 8 GiB, `not_found`, `storage_unavailable`
 */
export async function archiveSource(
  git: GitRepository,
  commit: Commit,
  folder: string,
  signal: AbortSignal,
): Promise<ArchiveSource> {
  const listed = await git.listFiles(commit.oid);
  if (listed.length > maxFiles) throw tooLarge(`${maxFiles} files`);
  const files: ArchivedFile[] = [];
  let bytes = 0;
  for (const { path, oid, isExecutable = false } of listed) {
    if (path.includes('\\')) continue;
    signal.throwIfAborted();
    bytes += await git.blobSize(oid);
    if (bytes > maxBytes) throw tooLarge('8 GiB');
    files.push({ path, oid, isExecutable });
  }
  const seconds = Math.floor(commit.committer.date.getTime() / 1000);
  const date = new Date(Math.max(0, Math.min(seconds, maxTime)) * 1000);
  return { folder, date, files, read: (oid) => git.readBlob(oid) };
}

function tooLarge(limit: string): DomainError {
  return new DomainError('payload_too_large', `An archive may have at most ${limit}; clone it with Git.`);
}
