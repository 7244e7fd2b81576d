import { type Execution, Prisma, type Workspace } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import { visibleWorkspaces } from '../access/workspace-policy.js';
import type { RequestContext } from '../context.js';
import { loadTogether } from '../engines/database/load-together.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { rowsBy } from '../engines/database/rows-by.js';
import { invalidField } from '../errors.js';
import { malformedCursor, readCursor, writeCursor } from '../paging/cursor.js';
import { positionKey } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';
import { checkAll } from '../validation/check-all.js';
import { requireWorkspaceView } from '../workspaces/require-workspace-view.js';
import { checkExecutionFilter, type ExecutionFilter, executionCondition } from './execution-filter.js';

/** A list of executions goes on with a cursor from here on: each workspace has to be read up to the offset. */
const maxOffset = 10_000;

/**
 * The executions in the workspaces of a space that the caller can view, newest first. Needs the scope `read`.
 * @throws DomainError `not_found` (space), `insufficient_scope`, `invalid_request`; not before the listing is read
 */
export function listSpaceExecutions(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  filter: ExecutionFilter,
): Listing<Execution> {
  const workspaces = async () => {
    requireScope(ctx, 'read');
    const access = await loadSpace(services, ctx, spaceSlug);
    const where = visibleWorkspaces({ userId: ctx.actor.userId, access });
    const visible = await services.prisma.workspace.findMany({ where, select: { id: true } });
    return visible.map(({ id }) => id);
  };
  return listing(services, ctx, filter, {
    page: async (page) => pageOf(services, await workspaces(), page),
    count: async () => sumOf(await countsOf(services, await workspaces(), filter)),
  });
}

/**
 * The executions of all users in a workspace, newest first. Needs the scope `read` and `can_view`. Those of many workspaces are
 * read together.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request`; not before the listing is read
 */
export function listWorkspaceExecutions(
  services: PrismaService,
  ctx: RequestContext,
  workspace: Pick<Workspace, 'id' | 'spaceId'>,
  filter: ExecutionFilter,
): Listing<Execution> {
  const { id } = workspace;
  const authorize = () => requireWorkspaceView(services, ctx, workspace);
  return listing(services, ctx, filter, {
    async page(page) {
      await authorize();
      const what = JSON.stringify(['newest executions', filter, page.take, page.skip, String(page.before)]);
      const load = (ids: string[]) => pagesOf(services, ids, page);
      return (await loadTogether(ctx, what, id, load)) ?? [];
    },
    async count() {
      await authorize();
      const what = JSON.stringify(['number of executions', filter]);
      return (await loadTogether(ctx, what, id, (ids) => countsOf(services, ids, filter))) ?? 0;
    },
  });
}

/** What is read of a page before its rows. */
interface Found {
  workspaceId: string;
  id: string;
}

interface Page {
  take: number;
  skip: number;
  /** The position before which the page begins. */
  before: bigint | null;
  filter: ExecutionFilter;
}

/** @param read authorizes the caller, then reads */
function listing(
  services: PrismaService,
  ctx: RequestContext,
  filter: ExecutionFilter,
  read: { page(page: Page): Promise<Found[]>; count(): Promise<number> },
): Listing<Execution> {
  return {
    async find({ take, skip, after }) {
      const { before } = await checkAll({
        before: () => (after === undefined ? null : positionOf(after)),
        offset: () => refuseFar(skip),
        filter: () => checkExecutionFilter(filter),
      });
      return load(services, ctx, await read.page({ take, skip: before === null ? skip : 0, before, filter }));
    },
    async count() {
      await checkExecutionFilter(filter);
      return read.count();
    },
    cursorOf: ({ position }) => writeCursor([positionKey.write(position)]),
  };
}

function refuseFar(offset: number): void {
  if (offset > maxOffset)
    throw invalidField('offset', `must be at most ${maxOffset}; go on with \`after\``, 'out_of_range');
}

/** The executions `e` of one workspace `w` that a page wants, newest first. */
function ofWorkspace({ before, filter }: Page): Prisma.Sql {
  const position = before === null ? Prisma.empty : Prisma.sql`AND e."position" < ${before}`;
  return Prisma.sql`
    SELECT e."workspaceId"::text, e."id"::text, e."position"
    FROM "Execution" e JOIN "Session" s ON s."id" = e."sessionId"
    WHERE e."workspaceId" = w."id" AND ${executionCondition(filter)} ${position}
    ORDER BY e."position" DESC`;
}

/** One page over several workspaces. */
function pageOf({ prisma }: PrismaService, ids: string[], page: Page): Promise<Found[]> {
  const { take, skip } = page;
  return prisma.$queryRaw<Found[]>`
    SELECT p."workspaceId", p."id" FROM unnest(${ids}::uuid[]) AS w("id")
    CROSS JOIN LATERAL (${ofWorkspace(page)} LIMIT ${take + skip}) p
    ORDER BY p."position" DESC LIMIT ${take} OFFSET ${skip}`;
}

/** A page of each of several workspaces. */
async function pagesOf(
  { prisma }: PrismaService,
  ids: string[],
  page: Page,
): Promise<ReadonlyMap<string, Found[]>> {
  const rows = await prisma.$queryRaw<Found[]>`
    SELECT p."workspaceId", p."id" FROM unnest(${ids}::uuid[]) AS w("id")
    CROSS JOIN LATERAL (${ofWorkspace(page)} LIMIT ${page.take} OFFSET ${page.skip}) p
    ORDER BY p."position" DESC`;
  return rowsBy(rows, (row) => row.workspaceId);
}

async function countsOf(
  { prisma }: PrismaService,
  ids: string[],
  filter: ExecutionFilter,
): Promise<ReadonlyMap<string, number>> {
  const rows = await prisma.$queryRaw<{ workspaceId: string; count: number }[]>`
    SELECT e."workspaceId"::text, count(*)::int AS "count"
    FROM "Execution" e JOIN "Session" s ON s."id" = e."sessionId"
    WHERE e."workspaceId" = ANY(${ids}::uuid[]) AND ${executionCondition(filter)} GROUP BY 1`;
  return new Map(rows.map((row) => [row.workspaceId, row.count]));
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, one) => sum + one, 0);
}

/** Reads the rows; one may have been deleted since. */
async function load(
  { prisma }: PrismaService,
  ctx: RequestContext,
  page: readonly Found[],
): Promise<Execution[]> {
  const rows = await Promise.all(
    page.map(({ id }) =>
      loadTogether(ctx, 'executions', id, async (ids) => {
        const found = await prisma.execution.findMany({ where: { id: { in: ids } } });
        return new Map(found.map((row) => [row.id, row]));
      }),
    ),
  );
  return rows.filter((row) => row !== undefined);
}

function positionOf(cursor: string): bigint {
  const position = positionKey.read(readCursor(cursor, 1)[0]!);
  if (position === undefined) throw malformedCursor();
  return position;
}
