import { pageQuery } from './lists.js';
import { pathText, refText } from './texts.js';

const named = 'a branch, a tag or a commit sha of 7 digits or more';

/** Which refs are compared, and which files or cells are listed. */
export const compareQuery = pageQuery(1000, 1000).extend({
  base: refText(`The state before: ${named}.`, 'ref'),
  head: refText(`The state after: ${named}; default: the default branch.`, 'ref').optional(),
  path: pathText(
    'Leaves out all other files, and compares the content of this one; of a renamed file either path.',
    'readPath',
  ).optional(),
});
