import { z } from 'zod';
import { idText, text } from './texts.js';
import { ofKind } from './value-checks.js';

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

const save_outputs = z
  .boolean()
  .nullish()
  .describe(
    "Whether the outputs are saved into the cell, in the session's notebook, at the end of the run: one commit on the " +
      'branch of the session. Needs `cell_id`, and the scope `write`; default: `false`.',
  );

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
          execution_id: idText(
            'A UUID of your own, for every cell of the batch or for none; sent again, the answer is the same runs.',
            'uuid',
          ).nullish(),
          save_outputs,
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
  save_outputs,
});

/** The answer to a run that asks for input. */
export const inputBody = z.strictObject({
  request_id: text('The `request_id` of the event `input_request`.', { maxLength: 200 }, 'inputRequestId'),
  value: text('The line, without its end.', { maxLength: 100_000 }, 'inputValue'),
});
