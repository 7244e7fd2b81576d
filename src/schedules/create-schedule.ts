import type { Schedule } from '../../prisma/generated/client/client.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import { publishWorkspaceChange } from '../engines/events/publish-workspace-change.js';
import { stringifyJson } from '../engines/nbformat/json.js';
import { DomainError } from '../errors.js';
import { checkParameters, type RepeatableInput, runInputChecks } from '../notebook-runs/check-run-input.js';
import { checkAll } from '../validation/check-all.js';
import { assertNotArchived, loadWorkspace } from '../workspaces/load-workspace.js';
import { lockWorkspace } from '../workspaces/lock-workspace.js';
import { checkCron, checkTimeZone, nextDue } from './due-times.js';
import type { ScheduleServices } from './schedule-services.js';

/** A new schedule: when a notebook of a workspace is run, and how. */
export interface CreateScheduleInput extends RepeatableInput {
  workspaceId: string;
  /** Five fields, or a name such as `@daily`. */
  cron: string;
  /** A name of the IANA time zone database; default `UTC`. */
  timeZone?: string | null;
  /** Default false. */
  isPaused?: boolean | null;
}

const maxSchedules = 50;

/**
 * Creates a schedule of a workspace. Its runs have the rights that the caller has when they are due. The notebook is looked for
 * only then. Needs the scopes `write` and `execute`, and `can_edit`, also at the time of the write.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `workspace_archived`, `invalid_request`, `invalid_path`,
 *   `invalid_ref`, `quota_exceeded` when the workspace has 50
 */
export async function createSchedule(
  services: ScheduleServices,
  ctx: RequestContext,
  spaceSlug: string,
  input: CreateScheduleInput,
): Promise<Schedule> {
  const loaded = await loadWorkspace(services, ctx, spaceSlug, input.workspaceId, 'edit');
  requireScope(ctx, 'write');
  requireScope(ctx, 'execute');
  const { workspace } = loaded;
  assertNotArchived(workspace);
  const timeZone = input.timeZone ?? 'UTC';
  await checkAll({
    cron: () => checkCron(input.cron),
    timeZone: () => checkTimeZone(timeZone),
    ...runInputChecks(services, input),
  });
  const { cron, path, ref, kernelProfileId, timeoutSeconds, saveTo } = input;
  const schedule = await services.prisma.$transaction(async (tx) => {
    // Counts are right only while nobody else adds one.
    assertNotArchived(await lockWorkspace(tx, ctx, loaded, 'edit'));
    if ((await tx.schedule.count({ where: { workspaceId: workspace.id } })) >= maxSchedules)
      throw new DomainError(
        'quota_exceeded',
        `A workspace has at most ${maxSchedules} schedules; delete one first.`,
      );
    return tx.schedule.create({
      data: {
        ...{ workspaceId: workspace.id, userId: ctx.actor.userId, cron, timeZone, path, ref },
        ...{ kernelProfileId, timeoutSeconds, saveBranch: saveTo?.branch, savePath: saveTo?.path },
        parameters: stringifyJson(checkParameters(input.parameters)),
        allowErrors: input.allowErrors ?? false,
        status: input.isPaused ? 'paused' : 'active',
        nextDueAt: input.isPaused ? null : nextDue({ cron, timeZone }, new Date()),
      },
    });
  });
  publishWorkspaceChange(services.bus, workspace, 'schedules_changed');
  return schedule;
}
