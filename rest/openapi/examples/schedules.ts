import type { OperationExample } from '../operation-example.js';
import { exampleIds, exampleTime } from './example-ids.js';

const params = { schedule_id: exampleIds.schedule };
const created = {
  id: exampleIds.schedule,
  workspace_id: exampleIds.workspace,
  user_id: exampleIds.owner,
  cron: '30 6 * * 1-5',
  time_zone: 'Europe/Berlin',
  path: 'notebooks/welcome.ipynb',
  ref: null,
  parameters: { rate: 2 },
  save_branch: null,
  save_path: 'notebooks/welcome-daily.ipynb',
  kernel_profile_id: null,
  timeout_seconds: 600,
  allow_errors: false,
  status: 'active',
  error: null,
  next_due_at: exampleTime,
  last_due_at: null,
  last_run_id: null,
  missed_count: 0,
  last_missed_at: null,
  last_missed_reason: null,
  created_at: exampleTime,
  updated_at: exampleTime,
};

/** Examples of the operations on schedules. */
export const scheduleExamples: Record<string, OperationExample> = {
  createSchedule: {
    body: {
      workspace_id: created.workspace_id,
      cron: created.cron,
      time_zone: created.time_zone,
      path: created.path,
      parameters: created.parameters,
      save_to: { path: created.save_path },
      timeout_seconds: created.timeout_seconds,
    },
    status: 201,
    answer: created,
  },
  listSchedules: { status: 200, answer: { items: [created], total: 1, page: 1, size: 20 } },
  readSchedule: { params, status: 200, answer: created },
  updateSchedule: {
    params,
    body: { is_paused: true },
    status: 200,
    answer: { ...created, status: 'paused', next_due_at: null },
  },
  deleteSchedule: { params, status: 204 },
};
