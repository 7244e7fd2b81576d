import { isTemporary } from './api-error.js';
import { Backoff } from './backoff.js';
import type { Connection } from './connection.js';
import {
  type ExecuteCellMutationVariables,
  ExecuteCellText,
  ExecutionStatusText,
  type FollowExecutionSubscription,
  FollowExecutionText,
} from './generated/operations.js';

/** One event of a run: its `__typename` says which. `FinalResponse` and `ExecutionFailure` are the last ones. */
export type CellEvent = FollowExecutionSubscription['executionEvents'];

/** What to run, where, and how it is followed. */
export interface CellRequest {
  spaceSlug: string;
  sessionId: string;
  /** The source of the cell. */
  code: string;
  /** Default a new UUID. The same one again follows that run, and nothing runs twice. */
  executionId?: string;
  /** More members of `ExecuteCellInput`, e.g. `cellId`, `timeoutSeconds`. */
  input?: Omit<ExecuteCellMutationVariables['input'], 'code' | 'executionId'>;
  /** Begins after this sequence number; default 0, the whole log. */
  after?: number;
  /** Ends following it. The run goes on. */
  signal?: AbortSignal;
  /** How long the gateway may be away until the iteration fails; default 5 minutes, in milliseconds. */
  giveUpAfterMs?: number;
}

/** A run that is followed by iterating. */
export interface CellExecution extends AsyncIterable<CellEvent, void, undefined> {
  /** The UUID of the execution, also before it is requested. */
  readonly executionId: string;
}

const defaultGiveUpMs = 5 * 60_000;
const lastTypes: ReadonlySet<string> = new Set(['FinalResponse', 'ExecutionFailure']);

/**
 * Runs a cell with the first step of its iteration. When the connection breaks, also because the gateway restarts, the iteration
 * goes on after the last event that it had: no event is missing, and none comes twice.
 */
export function executeCell(connection: Connection, request: CellRequest): CellExecution {
  const executionId = request.executionId ?? crypto.randomUUID();
  return { executionId, [Symbol.asyncIterator]: () => run(connection, { ...request, executionId }) };
}

async function* run(
  connection: Connection,
  request: CellRequest & { executionId: string },
): AsyncGenerator<CellEvent, void, undefined> {
  const { spaceSlug, sessionId, code, executionId, input, signal } = request;
  const backoff = new Backoff(request.giveUpAfterMs ?? defaultGiveUpMs);
  const variables = { spaceSlug, sessionId, input: { ...input, code, executionId } };
  let isQueued = false;
  let after = request.after ?? 0;
  // Whether it was known that the run has ended when the last stream began.
  let hadEnded = false;
  for (;;) {
    let connectedAt: number | undefined;
    const onConnected = () => {
      connectedAt = performance.now();
    };
    try {
      // With its id, a request whose answer was lost can be sent again.
      if (!isQueued) await connection.request(ExecuteCellText, variables, signal);
      isQueued = true;
      const from = { executionId, after };
      const followed = connection.subscribe(FollowExecutionText, from, signal, onConnected);
      for await (const { executionEvents: event } of followed) {
        backoff.reset();
        if (event.sequence <= after) continue;
        after = event.sequence;
        yield event;
        if (lastTypes.has(event.__typename)) return;
      }
      // The last event was before the first one that was asked for.
      if (hadEnded && after === from.after) return;
      hadEnded = await hasEnded(connection, request);
      if (hadEnded) continue;
      throw new Error('The stream ended early.');
    } catch (error) {
      if (signal?.aborted || !isTemporary(error)) throw error;
      if (connectedAt !== undefined) backoff.lasted(performance.now() - connectedAt);
      await backoff.wait(error, signal);
    }
  }
}

async function hasEnded(
  connection: Connection,
  { spaceSlug, executionId, signal }: CellRequest & { executionId: string },
): Promise<boolean> {
  const { space } = await connection.request(ExecutionStatusText, { spaceSlug, executionId }, signal);
  return !['queued', 'running'].includes(space.execution.status);
}
