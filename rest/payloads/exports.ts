import { z } from 'zod';
import { pathText, readRefText } from './texts.js';

/** Which notebook is exported, and how. */
export const exportQuery = z.object({
  path: pathText('The path of the notebook, relative and separated by `/`; it ends in `.ipynb`.', 'readPath'),
  ref: readRefText.optional(),
  format: z
    .enum(['html', 'markdown', 'script'])
    .optional()
    .describe('The format of the document; default: `html`.'),
});
