import { z } from 'zod';
import { text } from './texts.js';
import { ofKind } from './value-checks.js';

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
