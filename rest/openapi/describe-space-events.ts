import { FollowSpaceEventsDocument } from '../generated/operations.js';
import type { DataSchemas } from './data-schemas.js';
import { type Components, type JsonSchema, objectOf } from './json-schema.js';
import { sentEvent } from './sent-event.js';
import { streamErrorMembers } from './stream-error.js';
import { unionByType } from './union-by-type.js';

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
  SpaceScheduleEvent: 'schedule',
  SpaceHeartbeat: 'heartbeat',
  SpaceEventsReset: 'reset',
};

/** Those that are server-sent events of their own. */
const own = ['heartbeat', 'reset'];

const id = { pattern: '^\\d+$', description: 'The cursor, to resume after this event.' };

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
  const text = 'A change in the space, by its `type`. Ignore types that you do not know.';
  components.set('SpaceEvent', unionByType(text, changes));
  components.set('SpaceStreamError', {
    description: 'The end of a stream that broke off, or that the caller may not follow any more.',
    ...objectOf({
      ...streamErrorMembers,
      retryable: { type: 'boolean', description: 'Whether the stream can be resumed later.' },
    }),
  });
  components.set('SpaceStreamItem', {
    description:
      'One server-sent event of a space; `data` holds JSON of the schema that belongs to the event.',
    oneOf: [
      sentEvent('space_event', 'SpaceEvent', id),
      sentEvent('heartbeat', 'SpaceHeartbeat', id),
      sentEvent('reset', 'SpaceEventsReset', id),
      sentEvent('error', 'SpaceStreamError', id, ['event', 'data']),
    ],
  });
}
