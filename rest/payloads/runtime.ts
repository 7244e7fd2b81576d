import { z } from 'zod';
import { pageQuery, queryFlag } from './lists.js';

export const startBody = z.strictObject({
  workspace_id: z.string(),
  repository_kind: z.enum(['analysis', 'project', 'personal']).nullish(),
  branch: z.string().nullish(),
  path: z.string().nullish(),
  kernel_name: z.string().nullish(),
  kernel_profile_id: z.string().nullish(),
  resource_class_id: z.string().nullish(),
});

export const createSessionBody = startBody.extend({ worker_id: z.string().nullish() });

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

export const listWorkersQuery = pageQuery(20, 100).extend({
  include_stopped: queryFlag.optional(),
  workspace_id: z.string().optional(),
});

export const listSessionsQuery = pageQuery(20, 100).extend({ workspace_id: z.string().optional() });

export const executeBody = z.strictObject({
  code: z.string(),
  cell_index: z.int32().nullish(),
  cell_id: z.string().nullish(),
  timeout_seconds: z.number().nullish(),
  stop_on_error: z.boolean().nullish(),
  execution_id: z.string().nullish(),
});
