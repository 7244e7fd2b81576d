import { z } from 'zod';
import { pageQuery, queryFlag } from './lists.js';

/** What to start; all but the workspace has defaults. */
export const startBody = z.strictObject({
  workspace_id: z.string().describe('The workspace.'),
  repository_kind: z
    .enum(['analysis', 'project', 'personal'])
    .nullish()
    .describe("Must be the kind of the workspace's repository."),
  branch: z.string().nullish().describe("Default the workspace's branch."),
  path: z.string().nullish().describe('The notebook; kernels start in its folder.'),
  kernel_name: z.string().nullish().describe("Must be the profile's kernel."),
  kernel_profile_id: z.string().nullish().describe('Default the default profile.'),
  resource_class_id: z.string().nullish().describe('Default the default class.'),
});

/** What to open a session on. */
export const createSessionBody = startBody.extend({
  worker_id: z
    .string()
    .nullish()
    .describe('A live worker of yours; default the one that fits, or a new one.'),
});

/** The variables of a start body. */
export function startInput(body: z.infer<typeof startBody>) {
  return {
    workspaceId: body.workspace_id,
    repositoryKind: body.repository_kind,
    branch: body.branch,
    path: body.path,
    kernelName: body.kernel_name,
    kernelProfileId: body.kernel_profile_id,
    resourceClassId: body.resource_class_id,
  };
}

/** Which workers are listed. */
export const listWorkersQuery = pageQuery(20, 100).extend({
  include_stopped: queryFlag.optional().describe('Stopped and failed ones too.'),
  workspace_id: z.string().optional().describe('Only those of this workspace.'),
});

/** Which sessions are listed. */
export const listSessionsQuery = pageQuery(20, 100).extend({
  workspace_id: z.string().optional().describe('Only those of this workspace.'),
});

/** What to run. */
export const executeBody = z.strictObject({
  code: z.string().describe('What to run.'),
  cell_index: z.int32().nullish().describe("The cell's place in the notebook; comes back in the events."),
  cell_id: z.string().nullish().describe("The cell's id."),
  timeout_seconds: z.number().nullish().describe('Interrupts the run after this time.'),
  stop_on_error: z
    .boolean()
    .nullish()
    .describe('Whether an exception aborts what you queued behind it; default true.'),
  execution_id: z.string().nullish().describe('A UUID; sending it again attaches to the same run.'),
});
