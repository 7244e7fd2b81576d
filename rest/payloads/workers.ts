import { z } from 'zod';
import { pageQuery, queryFlag } from './lists.js';
import { ofWorkspaceText, pathText, refText, text } from './texts.js';

const slug = { minLength: 1, maxLength: 200 };

/** What to start; everything but the workspace has a default. */
export const startBody = z.strictObject({
  workspace_id: text('The workspace whose files the kernel works on.'),
  repository_kind: z
    .enum(['analysis', 'project', 'personal'])
    .nullish()
    .describe("The kind of the workspace's repository; the start is refused where it is another."),
  branch: refText("The branch of the files; default: the workspace's branch.", 'branch').nullish(),
  path: pathText('The notebook that the kernel runs; kernels start in its folder.', 'readPath').nullish(),
  kernel_name: text(
    "Jupyter's name of the kernel; it must be that of the profile.",
    { maxLength: 200 },
    'startName',
  ).nullish(),
  kernel_profile_id: text('The kernel profile; default: the default profile.', slug, 'startName').nullish(),
  resource_class_id: text('The resource class; default: the default class.', slug, 'startName').nullish(),
});

/** The input of `startWorker`. */
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
  include_stopped: queryFlag.optional().describe('Lists stopped and failed workers too; default: `false`.'),
  workspace_id: ofWorkspaceText.optional(),
});
