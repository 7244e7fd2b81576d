/** Sentences that the descriptions of several file routes share. */
export const fileTexts = {
  list:
    'The files of nearly every repository fit on one page of the default size. `sha` is the blob sha of a file, `last_commit_sha` the last ' +
    'commit that changed it. A `ref` that does not exist is a 404.',
  read:
    'Multi-line fields of a notebook are joined, as in the contents API of Jupyter. The `ETag` is the blob sha; with ' +
    '`If-None-Match` an unchanged file is a 304. Send `sha` as `base_sha` when you save.',
  create:
    'A notebook without content is an empty one. Names that not every system can check out, such as `con` or ' +
    '`a/../b`, are a 400 that names the path.',
  save:
    'With `base_sha` the save is refused where the branch has another blob at the path; without it, it is unconditional. ' +
    'In both cases no other commit is lost. The same bytes again make no commit, and `version` is null.',
} as const;
