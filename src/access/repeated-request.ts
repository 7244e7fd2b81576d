import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';

/**
 * What a request that repeats an earlier one names, by the names of the commands' input. Nothing else of it was checked:
 * an id may be of anything, or missing.
 */
export interface RepeatedRequest {
  spaceSlug: string;
  workspaceId?: string;
  repositoryId?: string;
  defaultRepositoryId?: string;
  notebookId?: string;
  workerId?: string;
  sessionId?: string;
}

/**
 * Authorizes a caller to see the stored answer of a command, as the command itself would now. Exported beside each
 * command that a request with an `Idempotency-Key` may repeat. Scopes need no second look: a key belongs to the scopes of
 * its token.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request`
 */
export type AuthorizeRepeat = (
  services: PrismaService,
  ctx: RequestContext,
  request: RepeatedRequest,
) => Promise<unknown>;
