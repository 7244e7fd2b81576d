import type { RequestContext } from '../context.js';
import { loadEachTogether } from '../engines/database/load-together.js';
import { checkRef } from '../engines/git/check-ref.js';
import type { GitRepository } from '../engines/git/git-store.js';
import { type FileKind, fileKind, isNotebookPath } from '../notebooks/file-kind.js';
import { readCursor, writeCursor } from '../paging/cursor.js';
import type { Listing, ListQuery } from '../paging/listing.js';
import { LoopPace } from '../paging/loop-pace.js';
import { checkAll } from '../validation/check-all.js';
import { authorizeRead } from './authorize-read.js';
import type { FileServices } from './file-services.js';
import type { FileRows, FileSource } from './file-target.js';
import { lastChanges } from './last-change.js';
import { loadBranchFiles } from './load-branch-files.js';

/** A file in a list. */
export interface FileEntry {
  path: string;
  /** The last segment of the path. */
  name: string;
  kind: FileKind;
  /** Bytes. */
  size: number;
  /** The oid of the blob. */
  sha: string;
  /** Null for text files. */
  notebookId: string | null;
  /** The last commit that changed the file. */
  lastCommitSha: string;
  /** The commit time of that commit. */
  updatedAt: Date;
}

/** Which files to list. */
export interface ListFilesInput {
  /** A branch, tag or commit sha; default the branch of the workspace or repository. */
  ref?: string | null;
  /** Default notebooks only. */
  kind?: 'notebook' | 'all' | null;
}

/** This many rows are read with one statement: the embedded database and its driver take about 6 ms for them without a pause. */
const maxSlice = 250;
/** A page may have 10,000 files, of which each is described. */
const pace = new LoopPace();

/** The files at a ref, sorted by path. */
interface FileList {
  /** @param query.after the path after which the page begins; `skip` is ignored then */
  page(query: ListQuery): Promise<FileEntry[]>;
  count(): Promise<number>;
}

/**
 * Lists the files at a ref, sorted by path. Needs the scope `read` and `can_view`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_ref`; thrown when the listing is read
 */
export function listFiles(
  services: FileServices,
  ctx: RequestContext,
  rows: FileRows,
  input: ListFilesInput,
): Listing<FileEntry> {
  let opened: Promise<FileList> | undefined;
  const open = () => {
    opened ??= openList(services, ctx, rows, input);
    return opened;
  };
  return {
    async find({ after, ...query }) {
      const { cursor, list } = await checkAll({
        cursor: () => (after === undefined ? [] : readCursor(after, 1)),
        list: open,
      });
      return list.page({ ...query, after: cursor[0] });
    },
    count: async () => (await open()).count(),
    cursorOf: ({ path }) => writeCursor([path]),
  };
}

async function openList(
  services: FileServices,
  ctx: RequestContext,
  rows: FileRows,
  { ref, kind }: ListFilesInput,
): Promise<FileList> {
  await authorizeRead(services, ctx, rows);
  const { defaultBranch } = rows.workspace ?? rows.repository;
  const key = JSON.stringify([rows.repository.id, checkRef(ref ?? defaultBranch)]);
  const { git, resolved } = await loadEachTogether(ctx, 'ref', key, (one) => openRef(services, one));
  const source = { ...rows, defaultBranch, git };
  return resolved.kind === 'branch'
    ? branchList(services, ctx, source, resolved.name, kind === 'all')
    : commitList(services, source, resolved.commitOid, kind === 'all');
}

async function openRef(services: FileServices, key: string) {
  const [repositoryId, ref] = JSON.parse(key) as [string, string];
  const git = await services.git.repository(repositoryId);
  return { git, resolved: await git.resolveRef(ref) };
}

/** The files of a branch, from the index. */
async function branchList(
  services: FileServices,
  ctx: RequestContext,
  { git, repository: { id: repositoryId } }: FileSource,
  branch: string,
  isAll: boolean,
): Promise<FileList> {
  await services.indexer.ensure(repositoryId, branch);
  const where = { repositoryId, branch, ...(isAll ? {} : { path: { endsWith: '.ipynb' } }) };
  return {
    async page(query) {
      const files = await readSlices(query, (slice) =>
        loadBranchFiles(services, ctx, { repositoryId, branch, isAll, ...slice }),
      );
      const entries: FileEntry[] = [];
      for (const file of files) {
        await pace.next();
        entries.push({
          ...(await namesOf(git, file.path, file.blobOid)),
          size: file.size,
          sha: file.blobOid,
          notebookId: file.documentId,
          lastCommitSha: file.lastCommitOid,
          updatedAt: file.updatedAt,
        });
      }
      return entries;
    },
    count: () => services.prisma.branchFile.count({ where }),
  };
}

/**
 * Reads a page in several parts, each from the path of the last file on: the rows of one statement are parsed without
 * a pause.
 */
async function readSlices<T extends { path: string }>(
  { take, skip, after }: ListQuery,
  read: (slice: ListQuery) => Promise<T[]>,
): Promise<T[]> {
  const rows: T[] = [];
  let last = after;
  while (rows.length < take) {
    const wanted = Math.min(maxSlice, take - rows.length);
    const slice = await read({ take: wanted, skip, after: last });
    rows.push(...slice);
    if (slice.length < wanted) break;
    last = slice.at(-1)!.path;
  }
  return rows;
}

/** The files of a commit, from Git. */
async function commitList(
  services: FileServices,
  source: FileSource,
  commitOid: string,
  isAll: boolean,
): Promise<FileList> {
  const files = (await source.git.listFiles(commitOid)).filter(({ path }) => isAll || isNotebookPath(path));
  return {
    page({ take, skip, after }) {
      const begin = after === undefined ? skip : firstAfter(files, after);
      return describeFiles(services, source, commitOid, files.slice(begin, begin + take));
    },
    count: async () => files.length,
  };
}

/** The index of the first file after a path, in Git's order: byte by byte. */
function firstAfter(files: { path: string }[], path: string): number {
  const bytes = Buffer.from(path);
  const index = files.findIndex((file) => Buffer.compare(Buffer.from(file.path), bytes) > 0);
  return index < 0 ? files.length : index;
}

async function describeFiles(
  services: FileServices,
  source: FileSource,
  commitOid: string,
  files: { path: string; oid: string }[],
): Promise<FileEntry[]> {
  const { git } = source;
  const paths = files.map(({ path }) => path);
  const changes = await lastChanges(services, source, { commitOid, paths });
  const entries: FileEntry[] = [];
  for (const { path, oid } of files) {
    const change = changes.get(path)!;
    const { committer } = await git.readCommit(change.commitOid);
    entries.push({
      ...(await namesOf(git, path, oid)),
      size: await git.blobSize(oid),
      sha: oid,
      notebookId: change.documentId,
      lastCommitSha: change.commitOid,
      updatedAt: committer.date,
    });
  }
  return entries;
}

async function namesOf(
  git: GitRepository,
  path: string,
  oid: string,
): Promise<Pick<FileEntry, 'path' | 'name' | 'kind'>> {
  const ofPath = fileKind(path);
  const kind = ofPath === 'text' && (await git.isBinary(oid)) ? 'binary' : ofPath;
  return { path, name: path.slice(path.lastIndexOf('/') + 1), kind };
}
