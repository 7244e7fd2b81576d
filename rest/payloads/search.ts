import { z } from 'zod';
import { pageQuery, queryFlag } from './lists.js';
import { readRefText, text } from './texts.js';

/** What is searched for, and where. */
export const searchQuery = pageQuery(20, 100).extend({
  q: text('The text to find, as it is; no pattern.', { minLength: 1, maxLength: 256 }, 'searchText'),
  ref: readRefText.optional(),
  in: z
    .enum(['names', 'content'])
    .optional()
    .describe('`names` searches the paths of files, `content` their lines and cells; default: `content`.'),
  case_sensitive: queryFlag.optional().describe('Whether upper and lower case differ; default: `false`.'),
});
