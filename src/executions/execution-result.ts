import type { Execution } from '../../prisma/generated/client/client.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { jsonLength } from '../engines/nbformat/json-length.js';
import { decode } from './event-codec.js';
import type { ExecutionFailure } from './execution-event.js';
import type { ExecutionLog } from './execution-log.js';
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
  /** Whether some outputs are missing, because they are cut or were lost. */
  truncated: boolean;
  fault: ExecutionFault | null;
  /** Of the outputs, in bytes of JSON. */
  size: number;
}

const pageSize = 500;

/**
 * Reads the result of an execution from its log, also while it runs; late output is part of it. The caller has authorized the
 * execution.
 */
export async function executionResult(
  { executionLog }: { executionLog: ExecutionLog },
  { id }: Pick<Execution, 'id'>,
): Promise<ExecutionResult> {
  const collector = new OutputCollector();
  /** What stands for the events until now. */
  let known: Pick<ExecutionResult, 'outputs' | 'truncated'> | undefined;
  let fault: ExecutionFault | null = null;
  for (let after = 0; ; ) {
    const entries = await executionLog.read(id, after, pageSize);
    for (const { event } of entries) {
      // What is late comes after the outputs that the end has.
      if (event.late && event.type !== 'reset') known = undefined;
      if (event.type === 'final_response' || event.type === 'reset') known = event;
      else if (event.type === 'failure') fault = faultOf(event);
      else if (event.type !== 'status' && event.type !== 'widget_output') collector.add(event);
    }
    if (entries.length === 0) {
      const { outputs, truncated } = known ?? {
        outputs: collector.outputs,
        truncated: collector.isTruncated,
      };
      return { outputs, truncated, fault, size: jsonLength(outputs) };
    }
    after = entries.at(-1)!.sequence;
  }
}

/** Reads only why an execution failed; null for any other end, and while it goes on. */
export async function executionFault(
  { prisma }: PrismaService,
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
