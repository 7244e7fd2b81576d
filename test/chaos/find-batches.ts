import type pg from 'pg';
import type { ChaosRun, UnknownBatch } from './session-client.js';

/**
 * Finds what the batches have queued that were refused or not answered: all of their cells or none.
 * @returns their runs, which nobody has read yet, and what is wrong
 */
export async function findBatches(
  sql: pg.Client,
  batches: readonly UnknownBatch[],
): Promise<{ runs: ChaosRun[]; faults: string[] }> {
  const runs: ChaosRun[] = [];
  const faults: string[] = [];
  for (const { session, cells, refused } of batches) {
    const { rows } = await sql.query<{ id: string; code: string }>(
      `SELECT "id", "code" FROM "Execution" WHERE "sessionId" = $1 AND "code" = ANY ($2) ORDER BY "position"`,
      [session, cells.map(({ code }) => code)],
    );
    const found = `${rows.length} of ${cells.length} cells (${cells.map(({ journal }) => journal).join(', ')})`;
    if (refused && rows.length > 0) faults.push(`a batch was refused with ${refused} and queued ${found}`);
    else if (rows.length > 0 && rows.some(({ code }, i) => code !== cells[i]?.code))
      faults.push(`a batch was not answered and queued ${found}, or in another order`);
    else if (rows.length > 0 && rows.length < cells.length)
      faults.push(`a batch was not answered and queued ${found}`);
    rows.forEach(({ id, code }) => {
      const cell = cells.find((one) => one.code === code)!;
      runs.push({ id, session, cell, readers: [] });
    });
    if (rows.length > 0) continue;
    // Nothing may have run: that is verified with its files.
    for (const cell of cells)
      runs.push({
        id: `nothing of ${cell.journal}`,
        session,
        cell,
        refused: refused ?? 'nothing',
        readers: [],
      });
  }
  return { runs, faults };
}
