import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { lastLines } from './last-lines.js';
import type { WorkerFailure } from './worker-failure.js';

const lead = 'Its last output:';

/**
 * The `error_detail` of a worker that failed: its sentence, and where its server printed something the last lines of that,
 * without the environment of its profile, which only admins may see. Without the database it is the sentence alone.
 */
export async function describeFailure(
  prisma: PrismaClient,
  workerId: string,
  { detail, output }: WorkerFailure,
): Promise<string> {
  if (!output) return detail;
  const select = { profile: { select: { environment: true } } };
  const worker = await prisma.worker.findUnique({ where: { id: workerId }, select }).catch(() => null);
  if (!worker) return detail;
  const lines = lastLines(output, Object.values(worker.profile.environment as Record<string, string>));
  return lines === '' ? detail : `${detail}\n${lead}\n${lines}`;
}

/** The sentence at the beginning of an `error_detail`. */
export function sentenceOf(errorDetail: string): string {
  return errorDetail.split('\n', 1)[0]!;
}
