import type { RequestContext } from '../context.js';
import { loadDocument } from '../documents/load-document.js';
import { loadRepository } from '../repositories/load-repository.js';
import { loadSession } from '../sessions/load-session.js';
import { loadSpace } from '../spaces/space-access.js';
import { loadWorkspace } from '../workspaces/load-workspace.js';

/**
 * Authorizes a caller who repeats a request, as they stand now: in the space, and to edit what the path or, for a start,
 * the body names. What the request itself asks beyond that was asked when it ran.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function authorizeRepeat(
  ctx: RequestContext,
  { params, body }: { params: Record<string, string>; body: Uint8Array },
): Promise<void> {
  const { space = '', repository_id, notebook_id, session_id } = params;
  const namesNothing = Object.keys(params).every((name) => name === 'space');
  const workspace_id = params.workspace_id ?? (namesNothing ? startedIn(body) : undefined);
  await loadSpace(ctx, space);
  if (workspace_id !== undefined) await loadWorkspace(ctx, space, workspace_id, 'edit');
  if (repository_id !== undefined) await loadRepository(ctx, space, repository_id, 'edit');
  if (notebook_id !== undefined) await loadDocument(ctx, space, notebook_id, 'edit');
  if (session_id !== undefined) await loadSession(ctx, space, session_id, 'edit', 'execute');
}

/** The workspace of a start body. */
function startedIn(body: Uint8Array): string | undefined {
  if (body.length === 0) return undefined;
  const id = (JSON.parse(new TextDecoder().decode(body)) as { workspace_id?: unknown }).workspace_id;
  return typeof id === 'string' ? id : undefined;
}
