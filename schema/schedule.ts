import { ScheduleStatus } from '../prisma/generated/client/client.js';
import { parseJson } from '../src/engines/nbformat/json.js';
import { createSchedule } from '../src/schedules/create-schedule.js';
import { deleteSchedule } from '../src/schedules/delete-schedule.js';
import { listSchedules, listWorkspaceSchedules } from '../src/schedules/list-schedules.js';
import { loadSchedule } from '../src/schedules/load-schedule.js';
import { updateSchedule } from '../src/schedules/update-schedule.js';
import { builder } from './builder.js';
import { connectionType, pageArgs, readPage } from './connection.js';
import { SaveFault } from './save-fault.js';
import { CreateScheduleInput, UpdateScheduleInput } from './schedule-inputs.js';
import { Space } from './space.js';
import { Workspace } from './workspace.js';

/** The enum of the states of schedules. */
export const ScheduleStatusEnum = builder.enumType('ScheduleStatus', {
  description: 'Whether a schedule starts runs, and if not, why.',
  values: {
    active: { value: ScheduleStatus.active, description: 'It starts a run each time that it is due.' },
    paused: { value: ScheduleStatus.paused, description: 'Somebody has stopped it.' },
    suspended: {
      value: ScheduleStatus.suspended,
      description: 'Its last run could not start, and would not the next time either; see `error`.',
    },
  },
});

const Schedule = builder.prismaObject('Schedule', {
  description:
    'When a notebook of a workspace is run again and again. Its runs have the rights that the user who made it has at ' +
    'that time. Due times are missed while no gateway can start runs, and while the run before goes on; they are counted.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID of the schedule.' }),
    workspaceId: t.exposeID('workspaceId', { description: 'UUID of its workspace.' }),
    userId: t.exposeID('userId', { description: 'UUID of the user who made it.' }),
    cron: t.exposeString('cron', {
      description: 'Minute, hour, day, month and weekday, e.g. `30 6 * * 1-5`, or a name such as `@daily`.',
    }),
    timeZone: t.exposeString('timeZone', {
      description: 'The time zone of `cron`, by its IANA name, e.g. `Europe/Berlin`.',
    }),
    path: t.exposeString('path', { description: 'The path of the notebook in the repository.' }),
    ref: t.exposeString('ref', {
      nullable: true,
      description: "The branch, tag or commit; null for the workspace's branch.",
    }),
    parameters: t.field({
      type: 'JSON',
      description: 'The values that each run sets, by name.',
      resolve: ({ parameters }) => parseJson(parameters),
    }),
    saveBranch: t.exposeString('saveBranch', {
      nullable: true,
      description: 'The branch on which executed notebooks are saved; null for that which is run.',
    }),
    savePath: t.exposeString('savePath', {
      nullable: true,
      description: 'The path at which executed notebooks are saved; null for `path`.',
    }),
    kernelProfileId: t.exposeID('kernelProfileId', {
      nullable: true,
      description: "The slug of the kernel profile; null for that of the notebook's kernel.",
    }),
    timeoutSeconds: t.exposeFloat('timeoutSeconds', {
      nullable: true,
      description: 'The time for each run; null for no limit.',
    }),
    allowErrors: t.exposeBoolean('allowErrors', {
      description: 'Whether runs go on behind a cell that raises an exception.',
    }),
    status: t.expose('status', { type: ScheduleStatusEnum, description: 'The state that it is in now.' }),
    error: t.field({
      type: SaveFault,
      nullable: true,
      description: 'Why it is `suspended`; null for every other status.',
      resolve: ({ errorCode, errorDetail }) =>
        errorCode && errorDetail ? { code: errorCode, detail: errorDetail } : null,
    }),
    nextDueAt: t.expose('nextDueAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the next run is due; null unless it is `active`.',
    }),
    lastDueAt: t.expose('lastDueAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last run was due that it started.',
    }),
    lastRunId: t.exposeID('lastRunId', {
      nullable: true,
      description: 'UUID of that run, which is removed after its retention.',
    }),
    missedCount: t.exposeInt('missedCount', {
      description:
        'How many due times had no run; of those that pass while no gateway can start runs, 1,000 at most count.',
    }),
    lastMissedAt: t.expose('lastMissedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The last due time without a run.',
    }),
    lastMissedReason: t.exposeString('missedReason', {
      nullable: true,
      description: 'Why it had none, in a sentence.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When it was changed, or started a run, last.',
    }),
  }),
});

const ScheduleConnection = connectionType('Schedule', Schedule);

builder.objectFields(Space, (t) => ({
  schedules: t.field({
    type: ScheduleConnection,
    description: 'The schedules in the workspaces that the caller can view, newest first.',
    args: { ...pageArgs, workspaceId: t.arg.id({ description: 'Only those of this workspace.' }) },
    resolve: (space, args, { services, ctx }) =>
      readPage(
        args,
        listSchedules(services, ctx, space.slug, { workspaceId: args.workspaceId ?? undefined }),
      ),
  }),
  schedule: t.field({
    type: Schedule,
    description: 'One schedule; needs `canView` in its workspace.',
    args: { id: t.arg.id({ required: true, description: 'UUID of the schedule.' }) },
    resolve: async (space, { id }, { services, ctx }) =>
      (await loadSchedule(services, ctx, space.slug, id)).schedule,
  }),
}));

builder.prismaObjectFields(Workspace, (t) => ({
  schedules: t.field({
    type: ScheduleConnection,
    description: 'When notebooks of the workspace are run, newest first.',
    args: pageArgs,
    resolve: (workspace, args, { services, ctx }) =>
      readPage(args, listWorkspaceSchedules(services, ctx, workspace)),
  }),
}));

const scheduleArgs = builder.args((t) => ({
  spaceSlug: t.string({
    required: true,
    description: 'The slug of the space; `not_found` where the caller is not a member.',
  }),
  id: t.id({ required: true, description: 'UUID of the schedule.' }),
}));

builder.mutationFields((t) => ({
  createSchedule: t.field({
    type: Schedule,
    description:
      'Creates a schedule; a workspace has 50 at most. The notebook is looked for when a run is due. Needs the scopes ' +
      '`execute` and `write`, and `canEdit`.',
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      input: t.arg({ type: CreateScheduleInput, required: true, description: 'What to run, and when.' }),
    },
    resolve: (_root, { spaceSlug, input }, { services, ctx }) =>
      createSchedule(services, ctx, spaceSlug, input),
  }),
  updateSchedule: t.field({
    type: Schedule,
    description:
      'Changes a schedule. Only the user who made it changes more than `isPaused`; space admins may change that. Needs the ' +
      'scopes `execute` and `write`, and `canEdit`.',
    args: {
      ...scheduleArgs,
      input: t.arg({
        type: UpdateScheduleInput,
        required: true,
        description: 'What to change; what is absent stays.',
      }),
    },
    resolve: (_root, { spaceSlug, id, input }, { services, ctx }) =>
      updateSchedule(services, ctx, spaceSlug, id, input),
  }),
  deleteSchedule: t.boolean({
    description:
      'Deletes a schedule; its runs stay. Only the user who made it and space admins may. Needs the scope `write`, and ' +
      '`canEdit`.',
    args: scheduleArgs,
    resolve: async (_root, { spaceSlug, id }, { services, ctx }) => {
      await deleteSchedule(services, ctx, spaceSlug, id);
      return true;
    },
  }),
}));
