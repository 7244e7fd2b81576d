import {
  CreateScheduleDocument,
  DeleteScheduleDocument,
  GetScheduleDocument,
  ListSchedulesDocument,
  UpdateScheduleDocument,
} from '../generated/operations.js';
import { offsetOf } from '../payloads/lists.js';
import {
  createScheduleBody,
  listSchedulesQuery,
  scheduleInput,
  updateScheduleBody,
} from '../payloads/schedules.js';
import { type RestRoute, route } from '../route.js';

const tag = 'Schedules';
const path = '/schedules/:schedule_id';

/** The routes of schedules of runs. */
export const scheduleRoutes: RestRoute[] = [
  route({
    operationId: 'listSchedules',
    tag,
    method: 'get',
    path: '/schedules',
    summary: 'List the schedules of runs, newest first.',
    description: 'They are those of all workspaces that you can view, also of other users.',
    needs: {
      scope: 'read',
      permission: 'membership of the space; only schedules that you can view are listed',
    },
    query: listSchedulesQuery,
    document: ListSchedulesDocument,
    variables: ({ space, query }) => ({ space, workspaceId: query.workspace_id, ...offsetOf(query) }),
    responds: { kind: 'page', at: 'space.schedules' },
  }),
  route({
    operationId: 'createSchedule',
    tag,
    method: 'post',
    path: '/schedules',
    summary: 'Run a notebook again and again, at the times of a cron expression.',
    description:
      'Its runs have the rights that you have when they are due: what you may not do any more, or what can never succeed, ' +
      'suspends it. A run begins within seconds. Where clocks are put forward, a time that is left out is due after the gap; ' +
      'where they are put back, a time that comes twice is due once. Due times that pass while no gateway can start ' +
      'runs, or while the run before goes on, are missed and counted; of several that have passed the last is run, if it is not older than five ' +
      'minutes. A tag or a commit needs a `save_to` with another path or branch: else the second run finds another file on the ' +
      'branch, and suspends the schedule. A workspace has at most 50 schedules. It needs the scope `write` too.',
    needs: { scope: 'execute', permission: '`can_edit` over the workspace' },
    body: createScheduleBody,
    document: CreateScheduleDocument,
    variables: ({ space, body }) => ({
      space,
      input: {
        ...{ workspaceId: body.workspace_id, cron: body.cron, path: body.path },
        ...scheduleInput(body),
      },
    }),
    responds: { kind: 'created', at: 'createSchedule' },
    errors: ['workspace_archived', 'invalid_path', 'invalid_ref', 'quota_exceeded'],
    repeats: 'createSchedule',
  }),
  route({
    operationId: 'readSchedule',
    tag,
    method: 'get',
    path,
    summary: 'Read a schedule.',
    description: 'It says when it is due, which run it started last, and which due times it has missed.',
    needs: { scope: 'read', permission: '`can_view` over the workspace' },
    document: GetScheduleDocument,
    variables: ({ space, param }) => ({ space, id: param('schedule_id') }),
    responds: { kind: 'ok', at: 'space.schedule' },
  }),
  route({
    operationId: 'updateSchedule',
    tag,
    method: 'patch',
    path,
    summary: 'Change, pause or resume a schedule.',
    description:
      'What the body leaves out stays; null sets the default. Only the user who made the schedule changes more than ' +
      '`is_paused`, because it runs with their rights. It needs the scope `write` too.',
    needs: {
      scope: 'execute',
      permission: '`can_edit`, and the schedule must be your own unless you are a space admin',
    },
    body: updateScheduleBody,
    document: UpdateScheduleDocument,
    variables: ({ space, param, body }) => ({
      space,
      id: param('schedule_id'),
      input: { cron: body.cron, path: body.path, ...scheduleInput(body) },
    }),
    responds: { kind: 'ok', at: 'updateSchedule' },
    errors: ['workspace_archived', 'invalid_path', 'invalid_ref'],
  }),
  route({
    operationId: 'deleteSchedule',
    tag,
    method: 'delete',
    path,
    summary: 'Delete a schedule.',
    description: 'Its runs stay, and one that goes on ends as it does.',
    needs: {
      scope: 'write',
      permission: '`can_edit`, and the schedule must be your own unless you are a space admin',
    },
    document: DeleteScheduleDocument,
    variables: ({ space, param }) => ({ space, id: param('schedule_id') }),
    responds: { kind: 'done' },
    errors: ['workspace_archived'],
  }),
];
