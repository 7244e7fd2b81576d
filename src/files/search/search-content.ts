import type { GitRepository } from '../../engines/git/git-store.js';
import { type FileMatches, searchFile } from '../../engines/nbformat/search/search-file.js';
import type { TextQuery } from '../../engines/nbformat/search/text-query.js';
import { minThreadBytes, type NotebookThreads } from '../../engines/nbformat/threads/notebook-threads.js';
import { DomainError } from '../../errors.js';
import { fileKind } from '../../notebooks/file-kind.js';
import { LoopPace } from '../../paging/loop-pace.js';
import type { SearchResult } from './search-hit.js';
import { storedTexts } from './search-query.js';

/** The bounds of one search. */
export interface ContentSearch extends TextQuery {
  /** No more hits are returned. */
  maxHits: number;
  /** Ends the search; it is incomplete then. */
  signal: AbortSignal;
  userId: string;
}

/** Bytes. The lines of larger files are not shown. */
const maxFileBytes = 16 * 1024 * 1024;
const pace = new LoopPace();

/**
 * Finds a text in the content of the regular files of a commit. `git grep` finds the files, at a low priority; their lines and
 * cells are found here.
 * @throws DomainError `storage_unavailable`; Error when git fails
 */
export async function searchContent(
  { notebookThreads }: { notebookThreads: NotebookThreads },
  git: GitRepository,
  commitSha: string,
  search: ContentSearch,
): Promise<SearchResult> {
  const { text, isCaseSensitive, maxHits, signal } = search;
  const result: SearchResult = { commitSha, hits: [], isIncomplete: false, skippedFiles: 0 };
  for await (const path of git.grep(commitSha, { texts: storedTexts(text), isCaseSensitive, signal })) {
    const oid = await git.fileOid(commitSha, path);
    if (oid === null) continue;
    const found = await matchesIn(notebookThreads, git, { path, oid }, search);
    if (!found) result.skippedFiles += 1;
    result.isIncomplete ||= found?.isCut === true;
    for (const { start, length, ...match } of found?.matches ?? []) {
      if (result.hits.length === maxHits) return { ...result, isIncomplete: true };
      const kind = fileKind(path);
      result.hits.push({ ...match, path, kind, sha: oid, matchStart: start, matchLength: length });
    }
  }
  return { ...result, isIncomplete: result.isIncomplete || signal.aborted };
}

/** Null for a file whose lines cannot be shown. */
async function matchesIn(
  threads: NotebookThreads,
  git: GitRepository,
  { path, oid }: { path: string; oid: string },
  { text, isCaseSensitive, userId }: ContentSearch,
): Promise<FileMatches | null> {
  const size = await git.blobSize(oid);
  if (size > maxFileBytes) return null;
  const bytes = await git.readBlob(oid);
  const isNotebook = fileKind(path) === 'notebook';
  const query = { text, isCaseSensitive };
  if (size < minThreadBytes) {
    await pace.next();
    return searchFile(bytes, isNotebook, query);
  }
  try {
    return await threads.search(userId, bytes, { isNotebook, query });
  } catch (error) {
    // A notebook that takes too much memory or time. Other refusals are about the load.
    if (error instanceof DomainError && error.code === 'payload_too_large') return null;
    throw error;
  }
}
