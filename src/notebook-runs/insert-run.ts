import type { NotebookRun } from '../../prisma/generated/client/client.js';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import { insertOnce } from '../engines/database/insert-once.js';
import { type OwnerTarget, ownedBy } from '../engines/database/owner-target.js';
import type { PlannedCell } from '../engines/nbformat/prepare-run.js';
import { type RunRow, withoutNotebook } from './load-run.js';

/** What is known of a run before it is queued. */
export type NewRun = Pick<
  NotebookRun,
  | ('id' | 'inputHash')
  | ('workspaceId' | 'userId' | 'repositoryId' | 'branch' | 'path' | 'ref' | 'commitOid' | 'parameters')
  | ('allowErrors' | 'timeoutSeconds' | 'kernelProfileId' | 'kernelName' | 'sessionId' | 'ownsSession')
  | ('saveBranch' | 'savePath' | 'saveBaseOid' | 'scheduleId' | 'dueAt')
> & { notebook: Uint8Array };

/**
 * Writes the row of a run and those of its cells, in one statement, once also where that is repeated in a short outage. A new
 * owner of the runtime finds the run and goes on with it, and a former one writes none.
 * @throws FormerOwnerError; a violation of `NotebookRun_scheduleId_dueAt_key` for a due time that has a run, and of the primary
 *   key for an id that is taken; where the database did not answer meanwhile, the run that has the id is returned
 */
export async function insertRun(
  target: OwnerTarget,
  run: NewRun,
  cells: readonly PlannedCell[],
): Promise<RunRow> {
  const where = { id: run.id };
  const { notebookRun } = target.prisma;
  return insertOnce(
    async () => {
      await insert(target, run, cells);
      return notebookRun.findUniqueOrThrow({ where, omit: withoutNotebook });
    },
    () => notebookRun.findUnique({ where, omit: withoutNotebook }),
  );
}

async function insert(
  { prisma, epoch }: OwnerTarget,
  run: NewRun,
  cells: readonly PlannedCell[],
): Promise<void> {
  const of = <Key extends keyof PlannedCell>(key: Key) => cells.map((cell) => cell[key]);
  const inserted = await prisma.$queryRaw<unknown[]>`
    WITH ${ownedBy(epoch())}, run AS (
      INSERT INTO "NotebookRun"
        ("id", "workspaceId", "userId", "repositoryId", "branch", "path", "ref", "commitOid", "parameters",
         "allowErrors", "timeoutSeconds", "kernelProfileId", "kernelName", "sessionId", "ownsSession",
         "saveBranch", "savePath", "saveBaseOid", "scheduleId", "dueAt", "inputHash", "notebook")
      SELECT ${run.id}::uuid, ${run.workspaceId}::uuid, ${run.userId}::uuid, ${run.repositoryId}::uuid,
        ${run.branch}::text, ${run.path}::text, ${run.ref}::text, ${run.commitOid}::text, ${run.parameters}::text,
        ${run.allowErrors}::boolean, ${run.timeoutSeconds}::float8, ${run.kernelProfileId}::text,
        ${run.kernelName}::text, ${run.sessionId}::uuid, ${run.ownsSession}::boolean, ${run.saveBranch}::text,
        ${run.savePath}::text, ${run.saveBaseOid}::text, ${run.scheduleId}::uuid, ${run.dueAt}::timestamptz,
        ${run.inputHash}::text, ${run.notebook}::bytea
      FROM owned RETURNING "id"), cells AS (
      INSERT INTO "NotebookRunCell"
        ("runId", "position", "cellIndex", "cellId", "source", "mayRaise", "executionId")
      SELECT run."id", c."position", c."cellIndex", c."cellId", c."source", c."mayRaise", gen_random_uuid()
      FROM run, unnest(${of('index')}::int[], ${of('id')}::text[], ${of('source')}::text[],
        ${of('mayRaise')}::boolean[]) WITH ORDINALITY
        AS c("cellIndex", "cellId", "source", "mayRaise", "position"))
    SELECT 1 FROM run`;
  if (inserted.length === 0) throw new FormerOwnerError();
}
