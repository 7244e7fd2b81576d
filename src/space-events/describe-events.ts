import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { readExecutionErrors } from './execution-errors.js';
import type { SpaceEvent, SpaceEventOf } from './space-event.js';

const maxPaths = 20;

/** Adds what the triggers do not write: the errors of executions, and the paths of changed files. */
export async function describeEvents(prisma: PrismaClient, events: readonly SpaceEvent[]): Promise<void> {
  const executions = events.filter((event) => event.kind === 'execution');
  const files = events.filter((event) => event.kind === 'files');
  const failed = executions.filter(({ data }) => data.status === 'error' || data.status === 'failed');
  const [errors, paths] = await Promise.all([
    readExecutionErrors(
      prisma,
      failed.map(({ subjectId }) => subjectId),
    ),
    readPaths(prisma, files),
  ]);
  for (const { data } of executions) data.error = null;
  for (const { subjectId, data } of failed) data.error = errors.get(subjectId) ?? null;
  for (const { subjectId, data } of files) data.paths = paths.get(keyOf(subjectId, data.commit)) ?? [];
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
