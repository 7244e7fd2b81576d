import { isTerminal } from './execution-event.js';
import type { ExecutionLog } from './execution-log.js';
import { OutputCollector } from './output-collector.js';
import type { ResumedLog } from './run.js';

const pageSize = 500;

/** Reads what an earlier process of the gateway has written of a run that goes on, in pages. */
export async function resumeLog(executionLog: ExecutionLog, executionId: string): Promise<ResumedLog> {
  const collector = new OutputCollector();
  const state = await executionLog.state(executionId);
  for (let after = 0; after < state.sequence; ) {
    const entries = await executionLog.read(executionId, after, pageSize);
    const last = entries.at(-1);
    if (!last) break;
    for (const { event } of entries) {
      const isOutput = event.type !== 'status' && event.type !== 'output_lost' && event.type !== 'reset';
      if (isOutput && !isTerminal(event)) collector.add(event);
    }
    after = last.sequence;
  }
  return { state, collector };
}
