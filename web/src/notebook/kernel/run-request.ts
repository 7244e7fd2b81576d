import {
  type PageExecutionFragment,
  RunCellDocument,
  SaveOfOutputsDocument,
} from '../../../generated/notebook.js';
import { ApiRequestError, type ApiRequests } from '../storage/api-requests.js';

/** A cell to run, and the id that its execution gets. */
export interface RunRequest {
  executionId: string;
  sessionId: string;
  cellId: string;
  cellIndex: number;
  code: string;
}

/** Waits between the tries of a request that the gateway did not answer. */
const retryMs = [300, 1_000, 3_000, 6_000, 10_000, 10_000];
/** When to look whether outputs are saved, after the end of their run. */
const saveLookMs = [300, 700, 2_000, 4_000, 8_000, 15_000];

/**
 * Asks for a run whose outputs the gateway saves at its end. While the gateway does not answer it is asked again: the id of the
 * execution keeps it from running twice.
 * @throws ApiRequestError
 */
export async function requestRun(
  api: ApiRequests,
  spaceSlug: string,
  { sessionId, ...run }: RunRequest,
): Promise<PageExecutionFragment> {
  for (let attempt = 0; ; attempt++) {
    try {
      const input = { ...run, saveOutputs: true };
      return (await api.mutate(RunCellDocument, { spaceSlug, sessionId, input })).executeCell;
    } catch (error) {
      const wait = retryMs[attempt];
      if (!(error instanceof ApiRequestError) || error.fault.code !== undefined || wait === undefined)
        throw error;
      await delay(wait);
    }
  }
}

/** Whether the gateway has saved the outputs of a run; it waits while that goes on, half a minute at most. */
export async function outputsAreSaved(
  api: ApiRequests,
  spaceSlug: string,
  executionId: string,
): Promise<boolean> {
  for (const wait of saveLookMs) {
    await delay(wait);
    const found = await api.query(SaveOfOutputsDocument, { spaceSlug, executionId }).catch(() => null);
    const status = found?.space.execution.outputsSave?.status;
    if (found && status !== 'pending') return status === 'saved' || status === 'skipped';
  }
  return true;
}

const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
