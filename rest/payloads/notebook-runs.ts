import { z } from 'zod';
import { pageQuery } from './lists.js';
import { idText, ofWorkspaceText, pathText, refText, text } from './texts.js';
import { ofKind } from './value-checks.js';

const cellIndex = (description: string) =>
  ofKind('cellIndex', z.int32().meta({ minimum: 0, maximum: 1_000_000, description })).nullish();

/** How a notebook is run, also again and again. */
export const runSettings = {
  ref: refText("A branch, tag or commit sha; default: the workspace's branch.", 'ref').nullish(),
  parameters: z
    .record(z.string(), z.unknown())
    .nullish()
    .describe('Values by name; a cell behind the one with the tag `parameters` sets them.'),
  save_to: z
    .strictObject({
      branch: refText('Default: the branch that is run.', 'branch').nullish(),
      path: pathText('Default: the path that is run.', 'notebookPath').nullish(),
    })
    .nullish()
    .describe('Where the executed notebook is saved, unless the file there changes meanwhile.'),
  kernel_profile_id: text(
    "The kernel profile; default: that of the notebook's kernel, or the default profile.",
    { minLength: 1, maxLength: 200 },
    'startName',
  ).nullish(),
  timeout_seconds: ofKind(
    'timeoutSeconds',
    z.number().meta({
      exclusiveMinimum: 0,
      maximum: 604_800,
      description: 'Seconds after which the run ends; default: never.',
    }),
  ).nullish(),
  allow_errors: z
    .boolean()
    .nullish()
    .describe('Whether the run goes on behind a cell that raises an exception; default: `false`.'),
};

/** Which notebook to run, and how. */
export const runNotebookBody = z.strictObject({
  workspace_id: text('The workspace of the notebook.'),
  path: pathText('The notebook.', 'notebookPath'),
  ...runSettings,
  first_cell: cellIndex('The index of the first cell that is run, from 0; default: 0.'),
  last_cell: cellIndex('The index of the last cell that is run; default: the end.'),
  session_id: idText('A session of the workspace that runs it; default: one of its own.', 'uuid').nullish(),
  run_id: idText(
    'A UUID of your own; a request with the same one is answered with the same run.',
    'uuid',
  ).nullish(),
});

/** Which runs are listed. */
export const listRunsQuery = pageQuery(20, 100).extend({
  workspace_id: ofWorkspaceText.optional(),
});
