import type { Services } from '../../schema/services.js';
import { failOrphans } from '../executions/fail-orphans.js';

/**
 * Resumes the work of the previous process of the gateway: marks interrupted executions as failed, adopts the workers that
 * still run, and reopens their sessions. Called once, before the server listens.
 */
export async function resumeWork(services: Services): Promise<void> {
  const { prisma, workers, sessions } = services;
  await failOrphans(services);
  await workers.adopt();
  const open = await prisma.session.findMany({ where: { deletedAt: null, status: { not: 'dead' } } });
  for (const session of open) await sessions.reopen(session);
}
