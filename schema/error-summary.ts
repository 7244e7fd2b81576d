import type { ErrorSummary } from '../src/space-events/space-event.js';
import { builder } from './builder.js';

/** The object type of the reason why something in a space did not end well. */
export const ErrorSummaryType = builder.objectRef<ErrorSummary>('ErrorSummary').implement({
  description: 'Why something did not end well, in short.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description:
        'The class of the exception, e.g. `ValueError`, or an error code of the gateway where it is none.',
    }),
    message: t.exposeString('message', { description: 'What it says, cut after 500 characters.' }),
  }),
});
