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
 * What a route answers, as data: the answer and its description in OpenAPI are both made from it. `at` is the dotted
 * path to it in the data of the route's document.
 *
 * - `ok`: 200 with what stands there
 * - `page`: 200 with `items` and `total` from there, `page` and `size` from the query
 * - `slice`: the same of a list that the graph answers whole
 * - `created`: 201, or 200 when the flag at `isNew` says that it was there already
 * - `file`: 200 with a file and its `ETag`; 304 to `If-None-Match`
 * - `saved`: `status` with the `file` there, its `version` merged in, and its `ETag`
 * - `done`: 204
 * - `stream`: the event stream of the execution whose id stands there
 */
export type Responds<TPath extends string = string> =
  | { kind: 'ok' | 'page' | 'slice' | 'file' | 'stream'; at: TPath }
  | { kind: 'created'; at: TPath; isNew?: TPath }
  | { kind: 'saved'; at: TPath; status: 200 | 201 }
  | { kind: 'done' };

/** What stands at a dotted path; undefined where the way ends before. */
export function at(data: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], data);
}
