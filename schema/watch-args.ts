import { builder } from './builder.js';

/** The arguments that the subscriptions to workers, sessions and executions have in common. */
export const watchArgs = builder.args((t) => ({
  spaceSlug: t.string({
    required: true,
    description: 'The slug of the space; `not_found` where the caller is not a member.',
  }),
  workspaceId: t.id({ description: 'Only those of this workspace; needs `canView`.' }),
}));
