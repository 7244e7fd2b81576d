import type { Prisma, Schedule } from '../../prisma/generated/client/client.js';
import { assertOwnerOrAdmin } from '../access/assert-owner-or-admin.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import { publishWorkspaceChange } from '../engines/events/publish-workspace-change.js';
import { stringifyJson } from '../engines/nbformat/json.js';
import { DomainError, notFound } from '../errors.js';
import { checkParameters, type RepeatableInput, runInputChecks } from '../notebook-runs/check-run-input.js';
import { checkAll } from '../validation/check-all.js';
import { assertNotArchived } from '../workspaces/load-workspace.js';
import { type Calendar, checkCron, checkTimeZone, nextDue } from './due-times.js';
import { loadSchedule } from './load-schedule.js';
import type { ScheduleServices } from './schedule-services.js';

/** What to change of a schedule; what is absent stays, and null sets the default. */
export interface UpdateScheduleInput extends Partial<Omit<RepeatableInput, 'path'>> {
  cron?: string | null;
  timeZone?: string | null;
  path?: string | null;
  /** False also ends a suspension. */
  isPaused?: boolean | null;
}

/**
 * Changes a schedule. Needs the scopes `write` and `execute`, and `can_edit`. Only the user who made it changes what it runs
 * and when, because it runs with their rights; space admins may pause it and let it go on.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `workspace_archived`, `invalid_request`, `invalid_path`,
 *   `invalid_ref`
 */
export async function updateSchedule(
  services: ScheduleServices,
  ctx: RequestContext,
  spaceSlug: string,
  scheduleId: string,
  input: UpdateScheduleInput,
): Promise<Schedule> {
  const needs = { scope: 'write', permission: 'edit' } as const;
  const loaded = await loadSchedule(services, ctx, spaceSlug, scheduleId, needs);
  requireScope(ctx, 'execute');
  assertOwnerOrAdmin(ctx, loaded, loaded.schedule);
  const { schedule, workspace } = loaded;
  const { isPaused, ...settings } = input;
  if (schedule.userId !== ctx.actor.userId && Object.values(settings).some((value) => value !== undefined))
    throw new DomainError(
      'forbidden',
      'Only the user who made the schedule may change what it runs: it runs with their rights. You may pause or delete it.',
    );
  assertNotArchived(workspace);
  const data = await changes(services, schedule, settings);
  const updated = await write(services, schedule.id, data, isPaused);
  publishWorkspaceChange(services.bus, workspace, 'schedules_changed');
  return updated;
}

type Settings = Omit<UpdateScheduleInput, 'isPaused'>;

/** The columns to change; what is undefined stays. */
async function changes(services: ScheduleServices, schedule: Schedule, settings: Settings) {
  const { parameters, saveTo, ref, kernelProfileId, timeoutSeconds } = settings;
  const cron = settings.cron ?? undefined;
  const timeZone = settings.timeZone === null ? 'UTC' : settings.timeZone;
  const path = settings.path ?? undefined;
  await checkAll({
    cron: () => checkCron(cron ?? schedule.cron),
    timeZone: () => checkTimeZone(timeZone ?? schedule.timeZone),
    ...runInputChecks(services, { ...settings, path: path ?? schedule.path }),
  });
  return {
    ...{ cron, timeZone, path, ref, kernelProfileId, timeoutSeconds },
    ...(parameters === undefined ? {} : { parameters: stringifyJson(checkParameters(parameters)) }),
    ...(saveTo === undefined ? {} : { saveBranch: saveTo?.branch ?? null, savePath: saveTo?.path ?? null }),
    ...(settings.allowErrors === undefined ? {} : { allowErrors: settings.allowErrors ?? false }),
  };
}

/** The row is locked while its new status is decided: the scheduler may be about to move it on, or to suspend it. */
function write(
  { prisma }: ScheduleServices,
  id: string,
  data: Awaited<ReturnType<typeof changes>>,
  isPaused: UpdateScheduleInput['isPaused'],
): Promise<Schedule> {
  return prisma.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM "Schedule" WHERE "id" = ${id}::uuid FOR UPDATE`;
    const before = await tx.schedule.findUnique({ where: { id } });
    if (!before) throw notFound('The schedule');
    return tx.schedule.update({ where: { id }, data: { ...data, ...statusOf(before, data, isPaused) } });
  });
}

/** A changed calendar, and one that goes on again, is due from now on; else nothing that is due now is left out. */
function statusOf(
  before: Schedule,
  changed: Partial<Calendar>,
  isPaused: UpdateScheduleInput['isPaused'],
): Prisma.ScheduleUpdateInput {
  const status = isPaused == null ? before.status : isPaused ? 'paused' : 'active';
  const { cron = before.cron, timeZone = before.timeZone } = changed;
  const isSame = status === before.status && cron === before.cron && timeZone === before.timeZone;
  const isDueSometime = before.nextDueAt !== null || status !== 'active';
  return {
    ...(isPaused == null ? {} : { status, errorCode: null, errorDetail: null }),
    ...(isSame && isDueSometime
      ? {}
      : { nextDueAt: status === 'active' ? nextDue({ cron, timeZone }, new Date()) : null }),
  };
}
