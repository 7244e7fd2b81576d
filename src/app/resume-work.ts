import type { Services } from '../../schema/services.js';
import { resumeExecutions } from '../executions/resume-executions.js';

/**
 * Resumes the work of the previous owner of the runtime: adopts the workers that still run with their sessions and the
 * executions that go on there, and ends the other executions and the other sessions. Outputs that were to be saved are saved,
 * and runs of notebooks go on, also those of schedules. Called once, when this process becomes the owner.
 */
export async function resumeWork(services: Services): Promise<void> {
  const { workers, sessions, outputsSaver, notebookRunner, scheduler } = services;
  await resumeExecutions(services);
  await outputsSaver.resume();
  await workers.adopt();
  await sessions.endOrphans();
  await notebookRunner.resume();
  scheduler.begin();
}
