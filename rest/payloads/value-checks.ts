import { z } from 'zod';

/** What a value of a request is, where the rule for it needs neither the database nor another value of the request. */
export type ValueKind =
  | 'blobSha'
  | 'branch'
  | 'cellId'
  | 'cellIndex'
  | 'cells'
  | 'changes'
  | 'code'
  | 'commBuffers'
  | 'commData'
  | 'commId'
  | 'commitMessage'
  | 'commMetadata'
  | 'commTarget'
  | 'connector'
  | 'connectors'
  | 'cron'
  | 'cursorPos'
  | 'detailLevel'
  | 'eventCursor'
  | 'grants'
  | 'inputRequestId'
  | 'inputValue'
  | 'linkTarget'
  | 'name'
  | 'newPath'
  | 'notebookPath'
  | 'owner'
  | 'principal'
  | 'readPath'
  | 'ref'
  | 'repository'
  | 'searchText'
  | 'sourceSha'
  | 'startName'
  | 'timeZone'
  | 'timeoutSeconds'
  | 'uuid'
  | 'workerPaths';

/**
 * Checks a value that has the JSON type of its field.
 * @param beside the object that contains the value, as the client sent it
 * @throws FieldError; the path of its fault does not count
 */
export type ValueCheck = (value: never, beside: Readonly<Record<string, unknown>>) => unknown;

/** The rules of the commands. The composition root builds them from the functions that the commands themselves call. */
export type ValueChecks = Readonly<Record<ValueKind, ValueCheck>>;

const kinds = z.registry<{ kind: ValueKind }>();

/** States what the values of a schema are. */
export function ofKind<T extends z.ZodType>(kind: ValueKind, schema: T): T {
  kinds.add(schema, { kind });
  return schema;
}

/** What {@link ofKind} stated of a schema; undefined for any other. */
export function kindOf(schema: z.ZodType): ValueKind | undefined {
  return kinds.get(schema)?.kind;
}
