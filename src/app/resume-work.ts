import type { Services } from '../../schema/services.js';
import { failOrphans } from '../executions/fail-orphans.js';

/**
 * Resumes the work of the previous process of the gateway: marks interrupted executions as failed, adopts the workers that
 * still run with their sessions, and ends the other sessions. Called once, before the server listens.
 */
export async function resumeWork(services: Services): Promise<void> {
  const { workers, sessions } = services;
  await failOrphans(services);
  await workers.adopt();
  await sessions.endOrphans();
}
