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
  const { prisma, bus } = services;
  const updated = await prisma.schedule.updateManyAndReturn({
    where: { id: schedule.id },
    data: { ...data, ...statusOf(schedule, data, isPaused) },
  });
  if (!updated[0]) throw notFound('The schedule');
  publishWorkspaceChange(bus, workspace, 'schedules_changed');
  return updated[0];
}

type Settings = Omit<UpdateScheduleInput, 'isPaused'>;

async function changes(services: ScheduleServices, schedule: Schedule, settings: Settings) {
  const { parameters, saveTo, ref, kernelProfileId, timeoutSeconds } = settings;
  const cron = settings.cron ?? schedule.cron;
  const timeZone = settings.timeZone === null ? 'UTC' : (settings.timeZone ?? schedule.timeZone);
  const path = settings.path ?? schedule.path;
  await checkAll({
    cron: () => checkCron(cron),
    timeZone: () => checkTimeZone(timeZone),
    ...runInputChecks(services, { ...settings, path }),
  });
  return {
    ...{ cron, timeZone, path, ref, kernelProfileId, timeoutSeconds },
    ...(parameters === undefined ? {} : { parameters: stringifyJson(checkParameters(parameters)) }),
    ...(saveTo === undefined ? {} : { saveBranch: saveTo?.branch ?? null, savePath: saveTo?.path ?? null }),
    ...(settings.allowErrors === undefined ? {} : { allowErrors: settings.allowErrors ?? false }),
  };
}

/** A changed calendar, and one that goes on again, is due from now on; else nothing that is due now is left out. */
function statusOf(
  before: Schedule,
  calendar: Calendar,
  isPaused: boolean | null | undefined,
): Prisma.ScheduleUpdateManyMutationInput {
  const status = isPaused == null ? before.status : isPaused ? 'paused' : 'active';
  const isSame =
    status === before.status && calendar.cron === before.cron && calendar.timeZone === before.timeZone;
  return {
    status,
    ...(isSame ? {} : { nextDueAt: status === 'active' ? nextDue(calendar, new Date()) : null }),
    ...(status === 'suspended' ? {} : { errorCode: null, errorDetail: null }),
  };
}
