import type { Execution, NotebookRunCell } from '../../prisma/generated/client/client.js';
import { untilAnswered } from '../engines/database/until-answered.js';
import { abortableIterator } from '../engines/events/abortable-iterator.js';
import { waitFor } from '../engines/events/wait-for.js';
import type { LogEntry } from '../executions/execution-event.js';
import { type RunRow, withoutNotebook } from './load-run.js';
import type { NotebookRunServices } from './notebook-run-services.js';
import type { RunCursor } from './run-cursor.js';

/** An event of a run: an entry of the log of one of its cells, or its end. */
export type RunEntry = { cursor: RunCursor } & (
  | { cell: NotebookRunCell; execution: Execution; entry: LogEntry }
  | { ended: RunRow }
);

type Services = Pick<NotebookRunServices, 'prisma' | 'bus' | 'executionLog'>;

/**
 * Replays the events of a run after a cursor: the logs of its cells, one after the other, then its end; then follows it to that.
 * @returns an iterator that ends behind the end of the run, when `signal` aborts or when it is returned, also while it waits
 */
export function followRun(
  services: Services,
  runId: string,
  after: RunCursor,
  signal?: AbortSignal,
): AsyncIterableIterator<RunEntry> {
  return abortableIterator((end) => entriesUntil(end, services, runId, after), signal);
}

async function* entriesUntil(
  end: AbortSignal,
  services: Services,
  runId: string,
  after: RunCursor,
): AsyncGenerator<RunEntry> {
  const { prisma } = services;
  const readCells = () => prisma.notebookRunCell.findMany({ where: { runId }, orderBy: { position: 'asc' } });
  const cells = await untilAnswered(readCells, { signal: end });
  for (const cell of cells) {
    const { position } = cell;
    if (position < after.position) continue;
    const execution = await queued(services, cell, end);
    if (!execution) break;
    const from = position === after.position ? after.sequence : 0;
    for await (const entry of services.executionLog.follow(execution.id, from, { signal: end }))
      yield { cursor: { position, sequence: entry.sequence }, cell, execution, entry };
    if (end.aborted) return;
  }
  const cursor = { position: cells.length + 1, sequence: 1 };
  if (after.position >= cursor.position && after.sequence >= cursor.sequence) return;
  const check = async () => {
    const run = await prisma.notebookRun.findUnique({
      where: { id: runId },
      omit: withoutNotebook,
    });
    // Null where it was removed.
    return run?.finishedAt === null ? undefined : run;
  };
  const ended = await waitFor(
    services.bus,
    'notebookRun',
    runId,
    () => untilAnswered(check, { signal: end }),
    end,
  );
  if (ended) yield { cursor, ended };
}

/** The execution of a cell; null when the run ends without it, undefined when `end` aborts. */
function queued(
  services: Services,
  { runId, executionId }: NotebookRunCell,
  end: AbortSignal,
): Promise<Execution | null | undefined> {
  const { prisma, bus } = services;
  const check = async () => {
    const goesOn = await prisma.notebookRun.count({ where: { id: runId, finishedAt: null } });
    const execution = await prisma.execution.findUnique({ where: { id: executionId } });
    return execution ?? (goesOn ? undefined : null);
  };
  return waitFor(bus, 'notebookRun', runId, () => untilAnswered(check, { signal: end }), end);
}
