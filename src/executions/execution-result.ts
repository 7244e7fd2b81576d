import type { Execution } from '../../prisma/generated/client/client.js';
import { decode } from './event-codec.js';
import type { ExecutionFailure, OutputsReset } from './execution-event.js';
import type { ExecutionServices } from './execution-services.js';
import type { NotebookOutput } from './notebook-output.js';
import { OutputCollector } from './output-collector.js';

/** Why a run ended without the kernel's answer. */
export interface ExecutionFault {
  /** From the closed list of error codes. */
  code: string;
  detail: string;
  retryable: boolean;
}

/** What a run has produced until now. */
export interface ExecutionResult {
  outputs: NotebookOutput[];
  /** Whether some outputs are missing. */
  truncated: boolean;
  fault: ExecutionFault | null;
}

const pageSize = 500;

/**
 * Reads the result of an execution from its log, also while it runs. The caller has authorized the execution.
 */
export async function executionResult(
  { executionLog }: Pick<ExecutionServices, 'executionLog'>,
  { id }: Pick<Execution, 'id'>,
): Promise<ExecutionResult> {
  const collector = new OutputCollector();
  let isLost = false;
  let reset: OutputsReset | undefined;
  const result = (fault: ExecutionFault | null): ExecutionResult => ({
    outputs: reset?.outputs ?? collector.outputs,
    truncated: reset?.truncated ?? (isLost || collector.cutOutputs > 0),
    fault,
  });
  for (let after = 0; ; ) {
    const entries = await executionLog.read(id, after, pageSize);
    if (entries.length === 0) return result(null);
    for (const { event } of entries) {
      if (event.type === 'final_response')
        return { outputs: event.outputs, truncated: event.truncated, fault: null };
      if (event.type === 'failure') return result(faultOf(event));
      if (event.type === 'reset') reset = event;
      else if (event.type === 'output_lost') isLost = true;
      else if (event.type !== 'status') collector.add(event);
    }
    after = entries.at(-1)!.sequence;
  }
}

/** Reads only why an execution failed; null for any other end, and while it goes on. */
export async function executionFault(
  { prisma }: Pick<ExecutionServices, 'prisma'>,
  { id, status }: Pick<Execution, 'id' | 'status'>,
): Promise<ExecutionFault | null> {
  if (status !== 'failed') return null;
  const row = await prisma.executionEvent.findFirst({ where: { executionId: id, type: 'failure' } });
  const event = row && decode(row);
  return event?.type === 'failure' ? faultOf(event) : null;
}

function faultOf({ code, detail, retryable }: ExecutionFailure): ExecutionFault {
  return { code, detail, retryable };
}
