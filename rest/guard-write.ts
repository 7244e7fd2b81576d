import { DomainError } from '../src/errors.js';
import { isConditional, meetsPreconditions } from './etag.js';
import { FindRepositoryFileDocument, FindWorkspaceFileDocument } from './generated/operations.js';
import type { Graph, RouteRequest } from './request.js';
import { valueAt } from './response-plan.js';

/**
 * The write of a file whose preconditions are checked. The request names the file by `path` and `branch`, in its body or
 * query.
 * - `create`: the file must not exist without a precondition either
 * - `change`: it must exist; a missing file is a 404 whatever the precondition
 * - `put`: both is possible
 */
export type GuardedWrite = 'create' | 'change' | 'put';

/** A blob sha that no file has: with it, a write is refused after all other checks. */
const noBlob = 'f'.repeat(40);
/** The blob sha of a file that does not exist, as in Git. */
const missing = '0'.repeat(40);

interface Named {
  path: string;
  branch?: string | null;
  base_sha?: string | null;
}

interface FoundFile {
  sha: string;
  etag: string;
}

/**
 * Runs a write if `If-Match` and `If-None-Match` hold. What they were checked against becomes the base sha of the write, so
 * that a write of somebody else in between is noticed. They are checked only where the write would succeed without them
 * (RFC 9110, section 13.2.1): a failed one runs the write with a base sha that makes it fail last.
 * @param run runs the write with the given base sha, or with that of the request where there is none
 * @throws DomainError `precondition_failed`, and what `run` throws
 */
export async function guardWrite<T>(
  write: GuardedWrite,
  request: RouteRequest,
  graph: Graph,
  run: (baseSha?: string) => Promise<T>,
): Promise<T> {
  if (!isConditional(request.headers)) return run();
  const body = request.body instanceof Uint8Array ? {} : (request.body as object);
  const named = { ...(request.query as object), ...body } as Named;
  const file = await findFile(request, graph, named);
  const holds = meetsPreconditions(request.headers, file && tagsOf(file));
  if (!file && write === 'change') return run();
  if (!file && !holds) throw failed();
  try {
    return await run(baseOf(write, named, holds ? (file?.sha ?? missing) : noBlob));
  } catch (error) {
    throw isFailed(error, { holds, isMissing: !file, named }) ? failed() : error;
  }
}

function tagsOf({ etag, sha }: FoundFile) {
  return { etag: `"${etag}"`, others: [`"${sha}"`] };
}

function baseOf(write: GuardedWrite, { base_sha }: Named, checked: string): string | undefined {
  if (write === 'create') return undefined;
  return checked === noBlob ? noBlob : (base_sha ?? checked);
}

/** Whether a refused write failed its precondition, and not what the request says itself. */
function isFailed(
  error: unknown,
  { holds, isMissing, named }: { holds: boolean; isMissing: boolean; named: Named },
): boolean {
  if (!(error instanceof DomainError)) return false;
  if (error.code === 'file_exists') return !holds || isMissing;
  return error.code === 'base_sha_conflict' && (!holds || named.base_sha == null);
}

async function findFile(
  { space, param }: RouteRequest,
  graph: Graph,
  { path, branch: ref }: Named,
): Promise<FoundFile | null> {
  const workspaceId = param('workspace_id') as string | undefined;
  try {
    if (workspaceId !== undefined) {
      const data = await graph.execute(FindWorkspaceFileDocument, { space, id: workspaceId, path, ref });
      return valueAt(data, 'space.workspace.fileState') as FoundFile;
    }
    const data = await graph.execute(FindRepositoryFileDocument, {
      space,
      id: param('repository_id'),
      path,
      ref,
    });
    return valueAt(data, 'space.repository.fileState') as FoundFile;
  } catch (error) {
    // The write finds out what does not exist, and what else is wrong with the path.
    if (error instanceof DomainError && ['not_found', 'invalid_path', 'invalid_ref'].includes(error.code))
      return null;
    throw error;
  }
}

function failed(): DomainError {
  return new DomainError(
    'precondition_failed',
    'The file is not the one that If-Match or If-None-Match asks for; read it again.',
  );
}
