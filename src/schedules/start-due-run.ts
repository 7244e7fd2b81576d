import type { Prisma, Schedule } from '../../prisma/generated/client/client.js';
import { loadActor } from '../access/load-actor.js';
import { isTakenOver } from '../engines/database/taken-over.js';
import { uniqueViolation } from '../engines/database/unique-violation.js';
import { isOutage } from '../engines/database/until-answered.js';
import { publishWorkspaceChange } from '../engines/events/publish-workspace-change.js';
import { parseJson } from '../engines/nbformat/json.js';
import { DomainError, type ErrorCode } from '../errors.js';
import type { NotebookRunServices } from '../notebook-runs/notebook-run-services.js';
import { runNotebook } from '../notebook-runs/run-notebook.js';
import { nextDue, type PassedTimes, passedTimes } from './due-times.js';

/** A schedule that is due, with the space of its workspace. */
export type DueSchedule = Schedule & { workspace: { id: string; spaceId: string; space: { slug: string } } };

type Changes = Prisma.ScheduleUncheckedUpdateManyInput;
/** `missed` is 1 where the due time has no run. */
type Outcome = Omit<Changes, 'missedCount'> & { missed?: number };

/** Faults that pass: the next due time may succeed. After any other, somebody has to change something first. */
const temporaryCodes: ReadonlySet<ErrorCode> = new Set([
  'quota_exceeded',
  'rate_limited',
  'overloaded',
  'storage_unavailable',
  'runtime_unavailable',
  'internal',
]);

/**
 * Starts the run of a schedule that is due, with the rights that its user has now, and notes what has become of all due times
 * that have passed: of several only the last is run, unless it is too late. A due time starts one run, also where two gateways
 * try it. What the user may not do any more, or what can never succeed, suspends the schedule.
 * @throws what the database throws that does not answer, and `runtime_unavailable` when another gateway has taken over the
 *   kernels; then the schedule is still due
 */
export async function startDueRun(
  services: NotebookRunServices,
  schedule: DueSchedule,
  now: Date,
): Promise<void> {
  const { prisma, bus } = services;
  const { id, nextDueAt, workspace } = schedule;
  const passed = await passedTimes(schedule, nextDueAt!, now);
  const { missed = 0, ...started } = passed.current ? await start(services, schedule, passed.current) : {};
  const missedCount = { increment: passed.missed + missed };
  const noted: Changes = { ...missedOf(passed), nextDueAt: nextDue(schedule, now), ...started, missedCount };
  const { count } = await prisma.schedule.updateMany({
    where: { id, status: 'active', nextDueAt },
    data: noted,
  });
  if (count > 0 && noted.status) publishWorkspaceChange(bus, workspace, 'schedules_changed');
}

function missedOf({ current, missed, lastMissed }: PassedTimes): Changes {
  if (missed === 0) return {};
  const missedReason = current
    ? 'No gateway started it in time; of several due times that have passed, only the last is run.'
    : 'No gateway started it in time; a run begins at most five minutes after it is due.';
  return { lastMissedAt: lastMissed, missedReason };
}

async function start(services: NotebookRunServices, schedule: DueSchedule, dueAt: Date): Promise<Outcome> {
  const before = await runOf(services, schedule, dueAt);
  if (before) return before;
  const where = { scheduleId: schedule.id, finishedAt: null };
  if ((await services.prisma.notebookRun.count({ where })) > 0)
    return alsoMissed(dueAt, 'The run before had not ended.');
  try {
    const actor = await loadActor(services, schedule.userId);
    const ctx = { actor, requestId: schedule.id, spaces: new Map() };
    const due = { scheduleId: schedule.id, dueAt };
    const run = await runNotebook(services, ctx, schedule.workspace.space.slug, inputOf(schedule), due);
    return { lastDueAt: dueAt, lastRunId: run.id };
  } catch (error) {
    if (uniqueViolation(error)) return (await runOf(services, schedule, dueAt)) ?? {};
    if (isTakenOver(error) || isOutage(error)) throw error;
    if (!(error instanceof DomainError)) {
      services.log.error(
        { err: error, scheduleId: schedule.id },
        'the run of a schedule could not be started',
      );
      return alsoMissed(dueAt, 'The gateway failed to start it; its log has the reason.');
    }
    if (temporaryCodes.has(error.code)) return alsoMissed(dueAt, error.message);
    const fault = { errorCode: error.code, errorDetail: error.message };
    return { ...alsoMissed(dueAt, error.message), ...fault, status: 'suspended', nextDueAt: null };
  }
}

/** What an earlier try, also of another gateway, has started. */
async function runOf(
  { prisma }: NotebookRunServices,
  { id: scheduleId }: DueSchedule,
  dueAt: Date,
): Promise<Changes | null> {
  const run = await prisma.notebookRun.findUnique({
    where: { scheduleId_dueAt: { scheduleId, dueAt } },
    select: { id: true },
  });
  return run && { lastDueAt: dueAt, lastRunId: run.id };
}

function alsoMissed(dueAt: Date, missedReason: string): Outcome {
  return { missed: 1, lastMissedAt: dueAt, missedReason };
}

function inputOf(schedule: Schedule) {
  const { workspaceId, path, ref, kernelProfileId, timeoutSeconds, allowErrors } = schedule;
  return {
    ...{ workspaceId, path, ref, kernelProfileId, timeoutSeconds, allowErrors },
    parameters: parseJson(schedule.parameters),
    saveTo: { branch: schedule.saveBranch, path: schedule.savePath },
  };
}
