import type { Session } from '../../prisma/generated/client/client.js';
import type { PrismaService } from '../engines/database/prisma-service.js';

/** The row of a session as it is now, after its kernel was changed. */
export function reloadSession(services: PrismaService, session: Session): Promise<Session> {
  return services.prisma.session.findUniqueOrThrow({ where: { id: session.id } });
}
