import type { Actor } from '../context.js';
import { parseJson } from '../engines/nbformat/json.js';
import type { JsonObject } from '../engines/nbformat/json-value.js';
import type { RunRow } from './load-run.js';

/**
 * The member `notebook_run` of the metadata of an executed notebook: who ran which commit of which file, with what, when, how
 * long, how it ended, and what its outputs lack.
 * @param truncatedCells the indexes of the cells whose outputs are not whole
 */
export function provenance(
  run: RunRow & { finishedAt: Date },
  { userId, name }: Actor,
  truncatedCells: number[],
): JsonObject {
  const started = run.startedAt ?? run.finishedAt;
  return {
    notebook_run: {
      run_id: run.id,
      user: { id: userId, name },
      ...{ path: run.path, ref: run.ref, commit_sha: run.commitOid },
      parameters: parseJson(run.parameters) as JsonObject,
      ...{ kernel_name: run.kernelName, kernel_profile_id: run.kernelProfileId, status: run.status },
      started_at: started.toISOString(),
      finished_at: run.finishedAt.toISOString(),
      duration_ms: run.finishedAt.getTime() - started.getTime(),
      truncated_cells: truncatedCells,
    },
  };
}
