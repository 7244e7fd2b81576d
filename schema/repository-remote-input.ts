import { builder } from './builder.js';

/** Also the `remote` of a new repository. */
export const RepositoryRemoteInput = builder.inputType('RepositoryRemoteInput', {
  description: 'The external repository to mirror.',
  fields: (t) => ({
    url: t.string({
      required: true,
      description: 'Begins with `https://` or `http://`; without credentials, query and fragment.',
    }),
    username: t.string({ description: 'What to sign in as, up to 200 characters; needed with a secret.' }),
    secret: t.string({
      description:
        'The password or token, up to 4,096 characters; kept encrypted and never shown. Absent: the one that is kept ' +
        'for this host and username; null: none.',
    }),
    fetchIntervalSeconds: t.int({ description: 'How often to fetch, from 60; by default only when asked.' }),
    pushAfterSave: t.boolean({ description: 'Whether saves are pushed to it; default false.' }),
  }),
});
