import type { RequestContext } from '../../context.js';
import { checkRef } from '../../engines/git/check-ref.js';
import type { GitRepository } from '../../engines/git/git-store.js';
import { malformedCursor, readCursor, writeCursor } from '../../paging/cursor.js';
import type { Listing } from '../../paging/listing.js';
import { checkAll } from '../../validation/check-all.js';
import { authorizeRead } from '../authorize-read.js';
import type { FileServices } from '../file-services.js';
import { type FileRows, openFileSource } from '../file-target.js';
import type { SearchHit, SearchResult } from './search-hit.js';
import { checkSearchText, type SearchInput } from './search-query.js';
import type { Searches } from './searches.js';

/** What the commands that search need. */
export interface SearchServices extends FileServices {
  searches: Searches;
}

/** A hit with its number in the result, from 0. */
interface NumberedHit extends SearchHit {
  index: number;
  commitSha: string;
}

/** The hits of a search, by pages. */
export interface SearchListing extends Listing<NumberedHit> {
  /** What the page was taken from; to be read after `find`. */
  result(): Promise<Pick<SearchResult, 'commitSha' | 'isIncomplete' | 'skippedFiles'>>;
}

/**
 * Searches the names or the content of the files of a workspace at a ref. The pages that follow a cursor are of the commit of
 * the first page, also when the branch has moved. Needs the scope `read` and `can_view`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_ref`, `invalid_request`, `rate_limited`,
 *   `overloaded`, `payload_too_large`; thrown when the listing is read
 */
export function searchFiles(
  services: SearchServices,
  ctx: RequestContext,
  rows: FileRows & { workspace: { id: string } },
  input: SearchInput,
): SearchListing {
  let opened: Promise<SearchResult> | undefined;
  const open = (commitSha?: string) => {
    opened ??= search(services, ctx, rows, input, commitSha);
    return opened;
  };
  const workspaceId = rows.workspace.id;
  return {
    async find({ take, skip, after }) {
      const position = after === undefined ? undefined : readPosition(after);
      const { hits, commitSha } = await open(position?.commitSha);
      const from = position ? position.index + 1 : skip;
      return hits
        .slice(from, from + take)
        .map((hit, at) => ({ ...hit, workspaceId, commitSha, index: from + at }));
    },
    count: async () => (await open()).hits.length,
    result: () => open(),
    cursorOf: ({ commitSha, index }) => writeCursor([commitSha, String(index)]),
  };
}

function readPosition(cursor: string): { commitSha: string; index: number } {
  const [commitSha = '', index = ''] = readCursor(cursor, 2);
  if (!/^[0-9a-f]{40}$/.test(commitSha) || !/^\d{1,6}$/.test(index)) throw malformedCursor();
  return { commitSha, index: Number(index) };
}

/** @param commitSha in place of the ref: the commit of a cursor */
async function search(
  services: SearchServices,
  ctx: RequestContext,
  rows: FileRows,
  input: SearchInput,
  commitSha: string | undefined,
): Promise<SearchResult> {
  await authorizeRead(services, ctx, rows);
  const { git, defaultBranch, repository } = await openFileSource(services, rows);
  const { text, ref } = await checkAll({
    text: () => checkSearchText(input.q),
    ref: () => checkRef(input.ref ?? defaultBranch),
  });
  const found = commitSha ?? (await git.resolveRef(ref)).commitOid;
  if (commitSha !== undefined) await assertCommit(git, commitSha);
  return services.searches.find(
    ctx.actor.userId,
    {
      ...{ git, repositoryId: repository.id, commitSha: found, text },
      ...{ in: input.in ?? 'content', isCaseSensitive: input.caseSensitive ?? false },
    },
    ctx.left,
  );
}

async function assertCommit(git: GitRepository, commitSha: string): Promise<void> {
  if (!(await git.isKnown(commitSha))) throw malformedCursor();
}
