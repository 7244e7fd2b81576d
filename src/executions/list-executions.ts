import type { Execution } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { notFound } from '../errors.js';
import { keysetListing, positionKey } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';
import { loadSessionById } from '../sessions/load-session.js';

/**
 * The executions of a session, newest first. Needs the scope `read`, and `can_view` in its workspace.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`; not before the listing is read
 */
export function listExecutions(
  services: PrismaService,
  ctx: RequestContext,
  sessionId: string,
): Listing<Execution> {
  const where = async () => {
    const { session } = await loadSessionById(services, ctx, sessionId, notFound('The session'));
    return { sessionId: session.id };
  };
  const { execution } = services.prisma;
  return keysetListing(
    { position: positionKey },
    {
      where,
      find: (query) => execution.findMany(query),
      count: (query) => execution.count(query),
    },
  );
}
