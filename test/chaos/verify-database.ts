import type pg from 'pg';
import type { ChaosRun } from './session-client.js';

/** What the tables say against the runs; empty when they are right. Cells of whole notebooks are looked at elsewhere. */
export async function verifyDatabase(sql: pg.Client, runs: ChaosRun[]): Promise<string[]> {
  const { rows } = await sql.query<{
    id: string;
    status: string;
    ended: boolean;
    ends: number;
    gaps: number;
    isOfNotebook: boolean;
  }>(`
    SELECT e."id", e."status"::text, e."finishedAt" IS NOT NULL AS "ended",
      EXISTS (SELECT FROM "NotebookRunCell" c WHERE c."executionId" = e."id") AS "isOfNotebook",
      count(*) FILTER (WHERE v."type" IN ('final_response', 'failure'))::int AS "ends",
      COALESCE(max(v."sequence") - count(v."sequence"), 1)::int AS "gaps"
    FROM "Execution" e LEFT JOIN "ExecutionEvent" v ON v."executionId" = e."id" GROUP BY e."id"`);
  const known = new Map(runs.map((run) => [run.id, run]));
  return rows.flatMap(({ id, status, ended, ends, gaps, isOfNotebook }) => {
    const run = known.get(id);
    const faults: string[] = [];
    if (!run && !isOfNotebook) faults.push('an execution that nobody sent');
    else if (run?.refused && run.refused !== 'not_answered')
      faults.push(`it was refused with ${run.refused} and is ${status}`);
    if (!ended) faults.push(`it is ${status} for ever`);
    else if (ends !== 1) faults.push(`its log has ${ends} ends`);
    // The first event of each log, `queued`, is no row.
    if (gaps !== 1) faults.push(`its log lacks ${gaps - 1} events`);
    return faults.map((fault) => `${id}: ${fault}`);
  });
}
