/** The dotted paths into a document's data, e.g. `space.workspace.files`; lists are not entered. */
export type DataPath<T> =
  NonNullable<T> extends readonly unknown[]
    ? never
    : NonNullable<T> extends object
      ? {
          [K in keyof NonNullable<T> & string]: K | `${K}.${DataPath<NonNullable<T>[K]>}`;
        }[keyof NonNullable<T> & string]
      : never;

/**
 * What a route answers, as data: both the answer and its description in OpenAPI follow from it. `at` is the dotted path of
 * the result in the data of the route's document.
 *
 * - `ok`: 200 with the result
 * - `tagged`: 200 with the result, but its `etag` as `ETag`; 304 to `If-None-Match`
 * - `replaced`: the same for a result that was replaced, which is never 304; the route takes `If-Match` and `If-None-Match: *`
 * - `page`: 200 with the result, which has `items` and `total`, and with `page` and `size` of the query
 * - `slice`: the same for a list that GraphQL answers whole
 * - `created`: 201, or 200 where the flag at `isNew` is false: it existed before
 * - `file`: 200 with a file and its `ETag`; 304 to `If-None-Match`
 * - `saved`: `status` with the `file` of the result, its `version` merged in, `is_merged` after a merge, and its `ETag`
 * - `bytes`: 200 with the bytes of a file, 206 with a range of them, and the `ETag`; 304 to `If-None-Match`. The document
 *   is a subscription that takes `$start` and `$length` and selects the fields of `ByteChunk`
 * - `archive`: 200 with an archive of files and its `ETag`; 304 to `If-None-Match`. The document is a subscription that selects
 *   the fields of `ArchivePart`
 * - `document`: 200 with a text as a download, and its `ETag`; 304 to `If-None-Match`
 * - `put`: 201 with the file of the result, or 200 where it existed before, and its `ETag`
 * - `done`: 204
 * - `stream`: the event stream of the execution that is the result; 204 when it has ended and has nothing more
 * - `runStream`: the same for the run of a notebook
 * - `spaceStream`: the event stream of a space, which does not end; the document is the subscription itself
 */
export type ResponsePlan<TPath extends string = string> =
  | { kind: 'ok' | 'page' | 'slice' | 'file' | 'stream' | 'runStream' | 'put' | 'document'; at: TPath }
  | { kind: 'tagged' | 'replaced'; at: TPath }
  | { kind: 'bytes'; at: TPath }
  | { kind: 'archive'; at: TPath }
  | { kind: 'spaceStream'; at: TPath }
  | { kind: 'created'; at: TPath; isNew?: TPath }
  | { kind: 'saved'; at: TPath; status: 200 | 201 }
  | { kind: 'done' };

/** The value at a dotted path; undefined where the data ends before. */
export function valueAt(data: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], data);
}
