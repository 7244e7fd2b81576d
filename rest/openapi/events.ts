import { FollowExecutionDocument } from '../generated/operations.js';
import type { DataSchemas } from './data-schema.js';
import { type Components, type JsonSchema, refTo } from './json-schema.js';

/** The `type` of an event in REST by its type in the graph. */
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
  OutputLostEvent: 'output_lost',
};

/**
 * Adds the schemas of the data of the server-sent events, and answers them by the event's name. What the graph calls
 * `FinalResponse` and `ExecutionFailure` are events of their own, without `type`; any other is a `notebook_event`.
 */
export function describeEvents(data: DataSchemas, components: Components): Record<string, JsonSchema> {
  const notebookEvents: JsonSchema[] = [];
  for (const [name, described] of data.alternativesAt(FollowExecutionDocument, 'executionEvents')) {
    if (name === 'FinalResponse') {
      components.set('FinalResponse', without(described, ['type']));
    } else if (name === 'ExecutionFailure') {
      components.set('StreamError', without(described, ['type', 'cell_index']));
    } else {
      const properties = described.properties as Record<string, JsonSchema>;
      // A type that is not known here is described as text; clients ignore the types that they do not know.
      const type = types[name] ? { ...properties.type, const: types[name] } : { ...properties.type };
      const required = (described.required as string[]).filter((key) => key !== 'buffers');
      components.set(name, { ...described, properties: { ...properties, type }, required });
      notebookEvents.push(refTo(name));
    }
  }
  components.set('NotebookEvent', {
    description: 'An entry of the log of a run. Ignore types that you do not know.',
    oneOf: notebookEvents,
  });
  return {
    notebook_event: refTo('NotebookEvent'),
    final_response: refTo('FinalResponse'),
    error: refTo('StreamError'),
  };
}

function without(schema: JsonSchema, keys: string[]): JsonSchema {
  const properties = Object.entries(schema.properties as Record<string, JsonSchema>);
  return {
    ...schema,
    properties: Object.fromEntries(properties.filter(([key]) => !keys.includes(key))),
    required: (schema.required as string[]).filter((key) => !keys.includes(key)),
  };
}
