import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { EventError, SpaceEvent, SpaceEventOf } from './space-event.js';

/** A longer exception is not read only to show its first line. */
const maxErrorBytes = 65_536;
const maxMessageLength = 500;
const maxPaths = 20;

/** Adds what the triggers do not write: the errors of executions, and the paths of changed files. */
export async function describeEvents(prisma: PrismaClient, events: readonly SpaceEvent[]): Promise<void> {
  const executions = events.filter((event) => event.kind === 'execution');
  const files = events.filter((event) => event.kind === 'files');
  const failed = executions.filter(({ data }) => data.status === 'error' || data.status === 'failed');
  const [errors, paths] = await Promise.all([readErrors(prisma, failed), readPaths(prisma, files)]);
  for (const { data } of executions) data.error = null;
  for (const { subjectId, data } of failed) data.error = errors.get(subjectId) ?? null;
  for (const { subjectId, data } of files) data.paths = paths.get(keyOf(subjectId, data.commit)) ?? [];
}

/**
 * The errors of ended executions, by their ids: the failure that ends the log, or else the last exception before the end. What a
 * cell prints or raises after its end does not count, so the answer is the same whenever it is read.
 */
async function readErrors(
  prisma: PrismaClient,
  events: readonly SpaceEventOf<'execution'>[],
): Promise<Map<string, EventError>> {
  if (events.length === 0) return new Map();
  const ids = events.map(({ subjectId }) => subjectId);
  const rows = await prisma.$queryRaw<{ id: string; type: string; data: string }[]>`
    SELECT x."id"::text, e."type", e."data" FROM unnest(${ids}::uuid[]) AS x("id"), LATERAL (
      SELECT "sequence" FROM "ExecutionEvent" WHERE "executionId" = x."id" AND "type" IN ('final_response', 'failure')
      ORDER BY "sequence" DESC LIMIT 1
    ) AS ended, LATERAL (
      SELECT "type", "data" FROM "ExecutionEvent"
      WHERE "executionId" = x."id" AND "sequence" <= ended."sequence" AND "type" IN ('error', 'failure')
      ORDER BY "sequence" DESC LIMIT 1
    ) AS e WHERE octet_length(e."data") <= ${maxErrorBytes}`;
  return new Map(rows.map(({ id, type, data }) => [id, errorOf(type, data)]));
}

function errorOf(type: string, text: string): EventError {
  const data = JSON.parse(text) as Record<string, unknown>;
  const [name, message] = type === 'error' ? [data.ename, data.evalue] : [data.code, data.detail];
  return { name: shortened(name), message: shortened(message) };
}

function shortened(text: unknown): string {
  const whole = String(text ?? '');
  return whole.length > maxMessageLength ? `${whole.slice(0, maxMessageLength - 1)}…` : whole;
}

/** The paths that the newest commits of events changed, by {@link keyOf}. */
async function readPaths(
  prisma: PrismaClient,
  events: readonly SpaceEventOf<'files'>[],
): Promise<Map<string, string[]>> {
  const paths = new Map<string, string[]>();
  const commits = events.filter(({ data }) => data.commit !== null);
  if (commits.length === 0) return paths;
  const repositories = commits.map(({ subjectId }) => subjectId);
  const branches = commits.map(({ data }) => data.branch);
  const oids = commits.map(({ data }) => data.commit);
  const rows = await prisma.$queryRaw<{ repositoryId: string; commitOid: string; path: string }[]>`
    SELECT x."repositoryId"::text, x."commitOid", v."path"
    FROM unnest(${repositories}::uuid[], ${branches}::text[], ${oids}::text[]) AS x("repositoryId", "branch", "commitOid"),
    LATERAL (
      SELECT "path" FROM "FileVersion" AS f
      WHERE f."repositoryId" = x."repositoryId" AND f."commitOid" = x."commitOid" AND f."branch" = x."branch"
      LIMIT ${maxPaths}
    ) AS v`;
  for (const { repositoryId, commitOid, path } of rows) {
    const key = keyOf(repositoryId, commitOid);
    paths.set(key, [...new Set([...(paths.get(key) ?? []), path])].sort());
  }
  return paths;
}

function keyOf(repositoryId: string, commit: string | null): string {
  return `${repositoryId} ${commit}`;
}
