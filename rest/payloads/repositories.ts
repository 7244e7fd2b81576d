import { z } from 'zod';
import { refText } from './texts.js';

/** A new branch. */
export const createBranchBody = z.strictObject({
  name: refText('The name, without `refs/heads/`; slashes are allowed.', 'branch'),
  from: refText(
    "A branch, tag or full commit sha at which it begins; default: the repository's default branch.",
    'ref',
  ).nullish(),
});
