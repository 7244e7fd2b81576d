import { FollowNotebookRunDocument } from '../generated/operations.js';
import type { DataSchemas } from './data-schemas.js';
import { type Components, objectOf } from './json-schema.js';
import { sentEvent } from './sent-event.js';
import { streamErrorMembers } from './stream-error.js';

const runId = { type: 'string', description: 'UUID of the run.' };
const eventId = { pattern: '^\\d+-\\d+$', description: 'To resume after this event.' };

/**
 * Adds the schemas of the event stream of a run of a notebook: one for the data of each event, and `RunStreamItem`, the union of
 * the events by their name.
 */
export function describeRunEvents(data: DataSchemas, components: Components): void {
  // Named by its fragment.
  data.at(FollowNotebookRunDocument, 'notebookRunEvents.ended');
  components.set('RunEvent', {
    description:
      'An event of a cell of a run: beside these members it has those of the entry of the log, as `NotebookEvent`, ' +
      '`FinalResponse` and `StreamError` describe them, and its `type`.',
    ...objectOf({
      run_id: runId,
      cell_id: { type: ['string', 'null'], description: 'The id of the cell; null for one without an id.' },
      cell_index: { type: ['integer', 'null'], description: 'In the executed notebook, from 0.' },
      execution_id: { type: 'string', description: 'UUID of the execution of the cell.' },
      session_id: { type: 'string', description: 'UUID of the session that runs the cell.' },
      sequence: {
        type: 'integer',
        description: 'The number of the entry in the log of the execution, from 1.',
      },
      type: {
        type: 'string',
        description: 'As in `NotebookEvent`; or `final_response` or `failure`, the end of the cell.',
      },
    }),
    additionalProperties: true,
  });
  components.set('RunStreamError', {
    description: 'The end of a run that failed, or of a stream that broke off.',
    ...objectOf({
      run_id: runId,
      ...streamErrorMembers,
      retryable: {
        type: 'boolean',
        description: 'False, because cells may have run: a new run runs them again.',
      },
    }),
  });
  components.set('RunStreamItem', {
    description: 'One server-sent event of a run; `data` holds JSON of the schema that belongs to the event.',
    oneOf: [
      sentEvent('run_event', 'RunEvent', eventId),
      sentEvent('final_response', 'Run', eventId),
      // A stream that breaks off ends with an error that is no event of the run.
      sentEvent('error', 'RunStreamError', eventId, ['event', 'data']),
    ],
  });
}
