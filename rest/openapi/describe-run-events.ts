import { errorCodes } from '../../src/errors.js';
import { FollowNotebookRunDocument } from '../generated/operations.js';
import type { DataSchemas } from './data-schemas.js';
import { type Components, type JsonSchema, objectOf, refTo } from './json-schema.js';

const text: JsonSchema = { type: 'string' };

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
      run_id: text,
      cell_id: { type: ['string', 'null'] },
      cell_index: { type: ['integer', 'null'], description: 'In the executed notebook, from 0.' },
      ...{ execution_id: text, session_id: text, sequence: { type: 'integer' }, type: text },
    }),
    additionalProperties: true,
  });
  components.set('RunStreamError', {
    description: 'The end of a run that failed, or of a stream that broke off.',
    ...objectOf({
      run_id: text,
      detail: { type: 'string', description: 'One sentence for people; it contains no secrets.' },
      status_code: { type: 'integer' },
      code: { type: 'string', enum: [...errorCodes].sort() },
      retryable: { type: 'boolean' },
    }),
  });
  components.set('RunStreamItem', {
    description: 'One server-sent event of a run; `data` holds JSON of the schema that belongs to the event.',
    oneOf: [
      sentEvent('run_event', 'RunEvent', ['id', 'event', 'data']),
      sentEvent('final_response', 'Run', ['id', 'event', 'data']),
      // A stream that breaks off ends with an error that is no event of the run.
      sentEvent('error', 'RunStreamError', ['event', 'data']),
    ],
  });
}

function sentEvent(event: string, schema: string, required: string[]): JsonSchema {
  return {
    type: 'object',
    properties: {
      id: { type: 'string', pattern: '^\\d+-\\d+$', description: 'To resume after this event.' },
      event: { type: 'string', const: event },
      data: { type: 'string', contentMediaType: 'application/json', contentSchema: refTo(schema) },
    },
    required,
  };
}
