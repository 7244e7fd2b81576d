import type { NotebookRunCell } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { loadTogether } from '../engines/database/load-together.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { rowsBy } from '../engines/database/rows-by.js';
import { malformedCursor, readCursor, writeCursor } from '../paging/cursor.js';
import type { Listing } from '../paging/listing.js';

/** The highest number that its column can have. */
const maxPosition = 2 ** 31 - 1;

/**
 * The code cells of a run, in the order in which they run. The caller has loaded the run. The same page of many runs is read
 * with one statement.
 * @throws FieldError `invalid_request` naming `after`; not before the listing is read
 */
export function listRunCells(
  { prisma }: PrismaService,
  ctx: RequestContext,
  runId: string,
): Listing<NotebookRunCell> {
  return {
    async find({ take, skip, after }) {
      // The positions of a run have no gaps.
      const before = after === undefined ? skip : positionOf(after);
      const cells = await loadTogether(ctx, `cells ${before} ${take}`, runId, async (runIds) => {
        const position = { gt: before, lte: Math.min(before + take, maxPosition) };
        const where = { runId: { in: runIds }, position };
        const rows = await prisma.notebookRunCell.findMany({ where, orderBy: { position: 'asc' } });
        return rowsBy(rows, (row) => row.runId);
      });
      return cells ?? [];
    },
    count: async () => {
      const count = await loadTogether(ctx, 'number of cells', runId, async (runIds) => {
        const where = { runId: { in: runIds } };
        const groups = await prisma.notebookRunCell.groupBy({ by: 'runId', where, _count: true });
        return new Map(groups.map((group) => [group.runId, group._count]));
      });
      return count ?? 0;
    },
    cursorOf: ({ position }) => writeCursor([String(position)]),
  };
}

function positionOf(cursor: string): number {
  const [text] = readCursor(cursor, 1);
  if (!/^\d{1,9}$/.test(text!)) throw malformedCursor();
  return Number(text);
}
