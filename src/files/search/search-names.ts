import type { GitRepository } from '../../engines/git/git-store.js';
import { expressionOf, type TextQuery } from '../../engines/nbformat/search/text-query.js';
import { fileKind } from '../../notebooks/file-kind.js';
import { LoopPace } from '../../paging/loop-pace.js';
import type { SearchResult } from './search-hit.js';

/** This many paths are compared in one step. */
const stepPaths = 500;
const pace = new LoopPace();

/**
 * Finds a text in the paths of the regular files of a commit.
 * @param maxHits no more are returned
 * @throws DomainError `not_found`, `payload_too_large`
 */
export async function searchNames(
  git: GitRepository,
  commitSha: string,
  query: TextQuery,
  maxHits: number,
): Promise<SearchResult> {
  const result: SearchResult = { commitSha, hits: [], isIncomplete: false, skippedFiles: 0 };
  const files = await git.listFiles(commitSha);
  const expression = expressionOf(query);
  for (const [index, { path, oid }] of files.entries()) {
    if (index % stepPaths === 0) await pace.next();
    expression.lastIndex = 0;
    const match = expression.exec(path);
    if (!match) continue;
    if (result.hits.length === maxHits) return { ...result, isIncomplete: true };
    const ofPath = fileKind(path);
    const kind = ofPath === 'text' && (await git.isBinary(oid)) ? 'binary' : ofPath;
    result.hits.push({
      ...{ path, kind, sha: oid, cell: null, line: null, snippet: path },
      ...{ matchStart: match.index, matchLength: match[0].length },
    });
  }
  return result;
}
