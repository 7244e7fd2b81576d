import type { Workspace } from '../../../prisma/generated/client/client.js';
import type { RequestContext } from '../../context.js';
import { withTimeLimit } from '../../engines/events/with-time-limit.js';
import { DomainError } from '../../errors.js';
import { arrayListing } from '../../paging/array-listing.js';
import type { Listing } from '../../paging/listing.js';
import { loadRepositoryRow } from '../../repositories/load-repository-row.js';
import { listWorkspaces } from '../../workspaces/list-workspaces.js';
import { openFileSource } from '../file-target.js';
import type { SearchServices } from './search-files.js';
import type { SearchHit, SearchResult } from './search-hit.js';
import { checkSearchText, type SearchInput } from './search-query.js';

/** What a search of a space found. */
export interface SpaceSearchResult extends Pick<SearchResult, 'isIncomplete' | 'skippedFiles'> {
  hits: SearchHit[];
  /** How many workspaces were searched, also those that have the same files as another one. */
  searchedWorkspaces: number;
}

/** The hits of a search of a space, by pages. */
export interface SpaceSearchListing extends Listing<SearchHit> {
  result(): Promise<SpaceSearchResult>;
}

const maxWorkspaces = 50;
const maxHits = 1_000;
const maxMs = 20_000;

/**
 * Searches the default branches of the workspaces that the caller can view, the newest first, one after another: at most 50
 * workspaces, 20 seconds and 1,000 hits. Workspaces on the same commit of a repository are searched once. Needs the scope
 * `read`.
 * @throws DomainError `not_found`, `insufficient_scope`, `invalid_request`, `rate_limited`, `overloaded`; thrown when the
 *   listing is read
 */
export function searchSpace(
  services: SearchServices,
  ctx: RequestContext,
  spaceSlug: string,
  input: Omit<SearchInput, 'ref'>,
): SpaceSearchListing {
  let opened: Promise<SpaceSearchResult> | undefined;
  const open = () => {
    opened ??= search(services, ctx, spaceSlug, input);
    return opened;
  };
  return { ...arrayListing(async () => (await open()).hits), result: open };
}

async function search(
  services: SearchServices,
  ctx: RequestContext,
  spaceSlug: string,
  input: Omit<SearchInput, 'ref'>,
): Promise<SpaceSearchResult> {
  const listed = listWorkspaces(services, ctx, spaceSlug, { includeArchived: false });
  const workspaces = await listed.find({ take: maxWorkspaces + 1, skip: 0 });
  const query = {
    text: checkSearchText(input.q),
    ...{ in: input.in ?? 'content', isCaseSensitive: input.caseSensitive ?? false },
  };
  const signal = withTimeLimit(ctx.left, maxMs);
  const result: SpaceSearchResult = { hits: [], isIncomplete: false, skippedFiles: 0, searchedWorkspaces: 0 };
  const searched = new Set<string>();
  for (const workspace of workspaces) {
    const isFull = result.searchedWorkspaces === maxWorkspaces || result.hits.length >= maxHits;
    if (isFull || signal.aborted) return { ...result, isIncomplete: true };
    const tip = await tipOf(services, ctx, workspace);
    const key = `${workspace.defaultRepositoryId} ${tip?.commitSha}`;
    if (!tip || searched.has(key)) {
      result.searchedWorkspaces += 1;
      continue;
    }
    searched.add(key);
    const found = await services.searches
      .find(ctx.actor.userId, { ...query, ...tip }, signal)
      .catch((error) => {
        // The time was over while it waited. What was found until then is the answer.
        if (signal.aborted && result.searchedWorkspaces > 0) return null;
        throw error;
      });
    if (!found) return { ...result, isIncomplete: true };
    result.searchedWorkspaces += 1;
    const left = maxHits - result.hits.length;
    const hits = found.hits.slice(0, left).map((hit) => ({ ...hit, workspaceId: workspace.id }));
    result.hits.push(...hits);
    result.skippedFiles += found.skippedFiles;
    result.isIncomplete ||= found.isIncomplete || found.hits.length > left;
  }
  return result;
}

/** Null where the branch of the workspace was deleted. */
async function tipOf(services: SearchServices, ctx: RequestContext, workspace: Workspace) {
  const repository = await loadRepositoryRow(services, ctx, workspace.defaultRepositoryId);
  try {
    const { git, defaultBranch } = await openFileSource(services, { repository, workspace });
    return { git, repositoryId: repository.id, commitSha: await git.resolveBranch(defaultBranch) };
  } catch (error) {
    if (error instanceof DomainError && error.code === 'not_found') return null;
    throw error;
  }
}
