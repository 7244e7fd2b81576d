import { untilAnswered } from '../engines/database/until-answered.js';
import { isTerminal } from './execution-event.js';
import type { ExecutionLog } from './execution-log.js';
import { OutputCollector } from './output-collector.js';
import type { ResumedLog } from './run.js';
import type { KernelWidgets } from './widgets/kernel-widgets.js';

const pageSize = 500;

/**
 * Reads what an earlier process of the gateway has written of a run that goes on, in pages. While the database does not answer,
 * it waits, until this process stops: nobody else goes on with the run.
 * @param widgets of its kernel, which take it again
 */
export async function resumeLog(
  executionLog: ExecutionLog,
  executionId: string,
  widgets: KernelWidgets | undefined,
): Promise<ResumedLog> {
  const collector = new OutputCollector();
  const waits = { signal: executionLog.closed, maxMs: Number.POSITIVE_INFINITY };
  const state = await untilAnswered(() => executionLog.state(executionId), waits);
  for (let after = 0; after < state.sequence; ) {
    const entries = await untilAnswered(() => executionLog.read(executionId, after, pageSize), waits);
    const last = entries.at(-1);
    if (!last) break;
    for (const { event } of entries) {
      if (event.type === 'status' || event.type === 'reset' || isTerminal(event)) continue;
      if (event.type !== 'output_lost') widgets?.takeAgain(executionId, event);
      if (event.type !== 'widget_output') collector.add(event);
    }
    after = last.sequence;
  }
  return { state, collector };
}
