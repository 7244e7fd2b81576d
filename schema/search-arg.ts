import { builder } from './builder.js';

const inAnyCase = 'in any case; at most 200 characters. Default: all.';

/** The argument `search` of a list of users. */
export const searchUsersArgs = builder.args((t) => ({
  search: t.string({ description: `Only those with this in the name or e-mail address, ${inAnyCase}` }),
}));

/** The argument `search` of a list of what has a name only. */
export const searchNamesArgs = builder.args((t) => ({
  search: t.string({ description: `Only those with this in the name, ${inAnyCase}` }),
}));
