import { loadSpace } from '../access/space-access.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { loadDocument } from '../notebooks/documents/load-document.js';
import { loadRepository } from '../repositories/load-repository.js';
import { loadOwnSession } from '../sessions/control-session.js';
import { loadOwnWorker } from '../sessions/create-session.js';
import { checkRepository } from '../workspaces/check-references.js';
import { loadSpaceForNew } from '../workspaces/create-workspace.js';
import { loadWorkspace } from '../workspaces/load-workspace.js';

/** The parts of a request that decide who may send it. */
interface Repeated {
  /** The GraphQL mutation that the request runs. */
  mutation: string;
  /** The parameters of the path; `space` is the slug of the space. */
  params: Record<string, string>;
  body: Uint8Array;
}

/** Checks the same permissions as the command. `named` returns a string field of the body, or undefined. */
type Authorize = (
  services: PrismaService,
  ctx: RequestContext,
  space: string,
  params: Record<string, string>,
  named: (field: string) => string | undefined,
) => Promise<unknown>;

const writeFile: Authorize = (services, ctx, space, { workspace_id, repository_id }) =>
  workspace_id === undefined
    ? loadRepository(services, ctx, space, repository_id!, 'edit')
    : loadWorkspace(services, ctx, space, workspace_id, 'edit');

const start: Authorize = async (services, ctx, space, _params, named) => {
  const workspaceId = named('workspace_id');
  const workerId = named('worker_id');
  if (workspaceId !== undefined) await loadWorkspace(services, ctx, space, workspaceId, 'edit');
  if (workerId !== undefined) await loadOwnWorker(services, ctx, space, workerId);
};

const controlSession: Authorize = (services, ctx, space, { session_id }) =>
  loadOwnSession(services, ctx, space, session_id!);

const policies: Record<string, Authorize> = {
  async createWorkspace(services, ctx, space, _params, named) {
    const access = await loadSpaceForNew(services, ctx, space);
    const repositoryId = named('default_repository_id');
    if (repositoryId !== undefined) await checkRepository(services, ctx, access, repositoryId);
  },
  archiveWorkspace: (services, ctx, space, { workspace_id }) =>
    loadWorkspace(services, ctx, space, workspace_id!, 'manage'),
  createFile: writeFile,
  renameFile: writeFile,
  createNotebookLink: (services, ctx, space, { notebook_id }) =>
    loadDocument(services, ctx, space, notebook_id!, 'edit'),
  startWorker: start,
  createSession: start,
  interruptSession: controlSession,
  restartSession: controlSession,
};

/**
 * Checks that the caller who repeats a request has the permissions of its command now. Scopes need no check: a key is
 * bound to the scopes of the token that used it first.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`; `invalid_request` for an unknown repository
 */
export async function authorizeRepeat(
  services: PrismaService,
  ctx: RequestContext,
  request: Repeated,
): Promise<void> {
  const { mutation, params, body } = request;
  const authorize = policies[mutation];
  if (!authorize) throw new Error(`No rule says who may repeat ${mutation}.`);
  const { space = '' } = params;
  await loadSpace(services, ctx, space);
  const fields = fieldsOf(body);
  await authorize(services, ctx, space, params, (field) => {
    const value = fields[field];
    return typeof value === 'string' ? value : undefined;
  });
}

/** The fields of a JSON object. Another body has none; it cannot equal the first one, which succeeded. */
function fieldsOf(body: Uint8Array): Record<string, unknown> {
  try {
    return Object(JSON.parse(new TextDecoder().decode(body)));
  } catch {
    return {};
  }
}
