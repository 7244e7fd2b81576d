import type { Execution } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { DomainError } from '../errors.js';
import type { ExecutionServices } from './execution-services.js';
import type { NewExecution } from './insert-executions.js';
import { rememberExecution } from './read-execution.js';

/** An execution as a client asks for it, with an id of its own choice. */
export interface AskedExecution extends NewExecution {
  /** Whether its outputs are to be saved. */
  saves: boolean;
}

const compared = [
  'userId',
  'sessionId',
  'code',
  'cellIndex',
  'cellId',
  'timeoutSeconds',
  'stopOnError',
] as const;

/**
 * Finds the executions of a request that was sent before. Those whose insert seemed to fail then are queued now.
 * @param asked of one request: all were written then, or none
 * @returns them in the order of `asked`; null when there are none
 * @throws DomainError `execution_id_reused` when an id stands for anything else
 */
export async function findRepeated(
  { prisma, intake, outputsSaver }: ExecutionServices,
  ctx: RequestContext,
  asked: readonly AskedExecution[],
): Promise<Execution[] | null> {
  const ids = asked.map(({ id }) => id);
  const rows = await prisma.execution.findMany({
    where: { id: { in: ids } },
    include: { outputsSave: true },
  });
  if (rows.length === 0) return null;
  const byId = new Map(rows.map((row) => [row.id, row]));
  const found = asked.map(({ saves, ...wanted }) => {
    const { outputsSave, ...row } = byId.get(wanted.id) ?? { outputsSave: null };
    const isSame =
      'id' in row && (outputsSave !== null) === saves && compared.every((key) => row[key] === wanted[key]);
    if (!isSame)
      throw new DomainError(
        'execution_id_reused',
        'This id stands for another execution; choose a new UUID.',
      );
    return { row, saves };
  });
  for (const { row, saves } of found) {
    if (intake.confirm(row) && saves) outputsSaver.follow(row);
    rememberExecution(ctx, { id: row.id, isNew: false, execution: row });
  }
  return found.map(({ row }) => row);
}
