import { z } from 'zod';
import { pageQuery, queryFlag } from './lists.js';
import { idText, pathText, refText, text } from './texts.js';
import { ofKind } from './value-checks.js';

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

/** On what to open a session. */
export const createSessionBody = startBody.extend({
  worker_id: text('One of your live workers; default: the one that fits, or a new one.').nullish(),
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

const ofWorkspace = text('Lists only those of this workspace.', { format: 'uuid' }, 'uuid').optional();

/** Which workers are listed. */
export const listWorkersQuery = pageQuery(20, 100).extend({
  include_stopped: queryFlag.optional().describe('Lists stopped and failed workers too; default: `false`.'),
  workspace_id: ofWorkspace,
});

/** Which sessions are listed. */
export const listSessionsQuery = pageQuery(20, 100).extend({ workspace_id: ofWorkspace });

/** The answer to a run that asks for input. */
export const inputBody = z.strictObject({
  request_id: text('The `request_id` of the event `input_request`.', { maxLength: 200 }, 'inputRequestId'),
  value: text('The line, without its end.', { maxLength: 100_000 }, 'inputValue'),
});

const questionBody = z.strictObject({
  code: text('The code.', { maxLength: 5_000_000 }, 'code'),
  cursor_pos: ofKind(
    'cursorPos',
    z.int32().meta({
      minimum: 0,
      maximum: 5_000_000,
      description: 'The position in the code, in Unicode code points; default: its end.',
    }),
  ).nullish(),
});

/** Where to complete code. */
export const completeBody = questionBody;

/** Where to inspect code. */
export const inspectBody = questionBody.extend({
  detail_level: ofKind(
    'detailLevel',
    z.int32().meta({ minimum: 0, maximum: 1, description: '1 for the source too; default: 0.' }),
  ).nullish(),
});

const cell = {
  code: text('The code to run.', { maxLength: 5_000_000 }, 'code'),
  cell_index: ofKind(
    'cellIndex',
    z.int32().meta({
      minimum: 0,
      maximum: 1_000_000,
      description: 'The index of the cell in the notebook, from 0; every event repeats it.',
    }),
  ).nullish(),
  cell_id: text('The id of the cell.', { maxLength: 200 }, 'cellId').nullish(),
};
const timeout_seconds = ofKind(
  'timeoutSeconds',
  z.number().meta({
    exclusiveMinimum: 0,
    maximum: 604_800,
    description: 'Seconds after which the run is interrupted; default: never.',
  }),
).nullish();

/** Several cells to run. */
export const executeBatchBody = z.strictObject({
  cells: ofKind(
    'cells',
    z
      .array(
        z.strictObject({
          ...cell,
          source_sha: text(
            'The SHA-256, in hex, of the source in UTF-8 that you saw; the cell on the branch must have it. Needs `cell_id`.',
            { minLength: 64, maxLength: 64 },
            'sourceSha',
          ).nullish(),
        }),
      )
      .meta({ minItems: 1, maxItems: 500, description: 'The cells, in the order in which they run.' }),
  ),
  timeout_seconds,
  stop_on_error: z
    .boolean()
    .nullish()
    .describe('Whether an exception aborts the cells behind it; default: `true`.'),
});

/** What to run. */
export const executeBody = z.strictObject({
  ...cell,
  timeout_seconds,
  stop_on_error: z
    .boolean()
    .nullish()
    .describe('Whether an exception aborts the cells that you queued behind this one; default: `true`.'),
  execution_id: idText(
    'A UUID of your own; a request with the same one attaches to the same run.',
    'uuid',
  ).nullish(),
  save_outputs: z
    .boolean()
    .nullish()
    .describe(
      "Whether the outputs are saved into the cell, in the session's notebook, at the end of the run: one commit on the " +
        'branch of the session. Needs `cell_id`, and the scope `write`; default: `false`.',
    ),
});
