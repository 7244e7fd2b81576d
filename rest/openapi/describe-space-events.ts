import { errorCodes } from '../../src/errors.js';
import { FollowSpaceEventsDocument } from '../generated/operations.js';
import type { DataSchemas } from './data-schemas.js';
import { type Components, type JsonSchema, objectOf, refTo } from './json-schema.js';

/** The `type` of an item in REST, by the name of its GraphQL type. */
const types: Record<string, string> = {
  SpaceWorkspaceEvent: 'workspace',
  SpaceFilesEvent: 'files',
  SpaceWorkerEvent: 'worker',
  SpaceSessionEvent: 'session',
  SpaceExecutionEvent: 'execution',
  SpaceNotebookRunEvent: 'notebook_run',
  SpaceMaintenanceEvent: 'maintenance',
  SpaceRemoteEvent: 'remote',
  SpaceHeartbeat: 'heartbeat',
  SpaceEventsReset: 'reset',
};

/** Those that are server-sent events of their own. */
const own = ['heartbeat', 'reset'];

/**
 * Adds the schemas of the stream of a space: one for the data of each event, and `SpaceStreamItem`, the union of the events by
 * their name. A change is a `space_event`, a union by `type`.
 */
export function describeSpaceEvents(data: DataSchemas, components: Components): void {
  const changes: Record<string, string> = {};
  for (const [name, described] of data.alternativesAt(FollowSpaceEventsDocument, 'spaceEvents')) {
    const type = types[name];
    if (!type) throw new Error(`${name} has no type in REST; add it to the list.`);
    const properties = described.properties as Record<string, JsonSchema>;
    components.set(name, {
      ...described,
      properties: { ...properties, type: { ...properties.type, const: type } },
    });
    if (!own.includes(type)) changes[type] = name;
  }
  components.set('SpaceEvent', {
    description: 'A change in the space, by its `type`. Ignore types that you do not know.',
    oneOf: Object.values(changes).map(refTo),
    discriminator: {
      propertyName: 'type',
      mapping: Object.fromEntries(
        Object.entries(changes).map(([type, name]) => [type, `#/components/schemas/${name}`]),
      ),
    },
  });
  components.set('SpaceStreamError', {
    description: 'The end of a stream that broke off, or that the caller may not follow any more.',
    ...objectOf({
      detail: { type: 'string', description: 'One sentence for people; it contains no secrets.' },
      status_code: { type: 'integer' },
      code: { type: 'string', enum: [...errorCodes].sort() },
      retryable: { type: 'boolean' },
    }),
  });
  components.set('SpaceStreamItem', {
    description:
      'One server-sent event of a space; `data` holds JSON of the schema that belongs to the event.',
    oneOf: [
      sentEvent('space_event', 'SpaceEvent', ['id', 'event', 'data']),
      sentEvent('heartbeat', 'SpaceHeartbeat', ['id', 'event', 'data']),
      sentEvent('reset', 'SpaceEventsReset', ['id', 'event', 'data']),
      sentEvent('error', 'SpaceStreamError', ['event', 'data']),
    ],
  });
}

function sentEvent(event: string, schema: string, required: string[]): JsonSchema {
  return {
    type: 'object',
    properties: {
      id: { type: 'string', pattern: '^\\d+$', description: 'The cursor, to resume after this event.' },
      event: { type: 'string', const: event },
      data: { type: 'string', contentMediaType: 'application/json', contentSchema: refTo(schema) },
    },
    required,
  };
}
