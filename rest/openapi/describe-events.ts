import { FollowExecutionDocument } from '../generated/operations.js';
import type { DataSchemas } from './data-schemas.js';
import type { Components, JsonSchema } from './json-schema.js';
import { sentEvent } from './sent-event.js';
import { errorCode } from './stream-error.js';
import { unionByType } from './union-by-type.js';

/** The `type` of an event in REST, by the name of its GraphQL type. */
const types: Record<string, string> = {
  ExecutionStatusEvent: 'status',
  ExecuteInputEvent: 'execute_input',
  StreamEvent: 'stream',
  DisplayDataEvent: 'display_data',
  UpdateDisplayDataEvent: 'update_display_data',
  ExecuteResultEvent: 'execute_result',
  ErrorEvent: 'error',
  ClearOutputEvent: 'clear_output',
  InputRequestEvent: 'input_request',
  CommOpenEvent: 'comm_open',
  CommMessageEvent: 'comm_msg',
  CommCloseEvent: 'comm_close',
  WidgetOutputEvent: 'widget_output',
  OutputLostEvent: 'output_lost',
  OutputsResetEvent: 'reset',
  PayloadEvent: 'payload',
};

/**
 * Adds the schemas of the event stream of a run: one for the data of each event, and `ExecutionStreamItem`, the union of
 * the events by their name. GraphQL's `FinalResponse` and `ExecutionFailure` are events of their own, without `type`; any
 * other is a `notebook_event`, a union by `type`.
 */
export function describeEvents(data: DataSchemas, components: Components): void {
  const notebookEvents: Record<string, string> = {};
  for (const [name, described] of data.alternativesAt(FollowExecutionDocument, 'executionEvents')) {
    if (name === 'FinalResponse') {
      const text = { description: 'The end of a run that the kernel answered, with all of its outputs.' };
      components.set('FinalResponse', { ...without(described, ['type', 'late']), ...text });
    } else if (name === 'ExecutionFailure') {
      components.set('StreamError', streamError(without(described, ['type', 'late', 'cell_index'])));
    } else {
      const type = types[name];
      if (!type) throw new Error(`${name} has no type in REST; add it to the list.`);
      components.set(name, notebookEvent(described, type));
      notebookEvents[type] = name;
    }
  }
  const text = 'An entry of the log of a run, by its `type`. Ignore types that you do not know.';
  components.set('NotebookEvent', unionByType(text, notebookEvents));
  components.set('ExecutionStreamItem', streamItem);
}

function notebookEvent(described: JsonSchema, type: string): JsonSchema {
  const properties = described.properties as Record<string, JsonSchema>;
  // REST leaves the buffers out of an event that has none, and `late` where it is false.
  const required = (described.required as string[]).filter((key) => key !== 'buffers' && key !== 'late');
  return { ...described, properties: { ...properties, type: { ...properties.type, const: type } }, required };
}

function streamError(described: JsonSchema): JsonSchema {
  const properties = described.properties as Record<string, JsonSchema>;
  return {
    ...described,
    description:
      'The end of a run or of a stream that failed: not an exception in the code, but what runs it. An event without ' +
      'an `id` ends only the stream: resume it, and do not run the code again.',
    properties: { ...properties, code: errorCode },
  };
}

const id = { pattern: '^\\d+$', description: 'The sequence number of the event, from 1.' };

const streamItem: JsonSchema = {
  description: 'One server-sent event of a run; `data` holds JSON of the schema that belongs to the event.',
  oneOf: [
    sentEvent('notebook_event', 'NotebookEvent', id),
    sentEvent('final_response', 'FinalResponse', id),
    // A stream that breaks off ends with an error that is not an entry of the log.
    sentEvent('error', 'StreamError', id, ['event', 'data']),
  ],
};

function without(schema: JsonSchema, keys: string[]): JsonSchema {
  const properties = Object.entries(schema.properties as Record<string, JsonSchema>);
  return {
    ...schema,
    properties: Object.fromEntries(properties.filter(([key]) => !keys.includes(key))),
    required: (schema.required as string[]).filter((key) => !keys.includes(key)),
  };
}
