import { z } from 'zod';
import { commitMessageText, refText } from './texts.js';

/** A new branch. */
export const createBranchBody = z.strictObject({
  name: refText('The name; slashes are allowed. `refs/heads/` before it is left out.', 'branch'),
  from: refText(
    "A branch, tag or full commit sha at which it begins; default: the repository's default branch.",
    'ref',
  ).nullish(),
});

/** Which branch is merged into which, and how. */
export const mergeBranchBody = z.strictObject({
  source: refText('The branch whose commits are merged; it stays as it is.', 'branch'),
  target: refText("The branch that gets them; default: the repository's default branch.", 'branch').nullish(),
  commit_message: commitMessageText.nullish(),
  fast_forward: z
    .boolean()
    .nullish()
    .describe(
      'Whether no commit is made where the target has nothing that the source has not: it is only moved. Default: true.',
    ),
});
