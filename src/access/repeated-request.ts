import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';

/**
 * The ids in a request that repeats an earlier one, named as in the input of the commands. They were not checked: an id may
 * be missing or belong to no resource.
 */
export interface RepeatedRequest {
  spaceSlug: string;
  workspaceId?: string;
  repositoryId?: string;
  defaultRepositoryId?: string;
  notebookId?: string;
  workerId?: string;
  sessionId?: string;
  runId?: string;
  targetType?: string;
  targetId?: string;
}

/**
 * Checks whether the caller may see the stored answer of a command, by the same rules as the command itself. Each command
 * that a request with an `Idempotency-Key` can repeat has such a function. It need not check scopes, because a key is only
 * valid together with the scopes of its token.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request`
 */
export type AuthorizeRepeat = (
  services: PrismaService,
  ctx: RequestContext,
  request: RepeatedRequest,
) => Promise<unknown>;
