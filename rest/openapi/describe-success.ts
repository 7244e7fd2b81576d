import { isDeprecated } from '../deprecation.js';
import type { RouteDescription } from '../route-description.js';
import type { DataSchemas } from './data-schemas.js';
import { headersOf } from './headers.js';
import { type Components, type JsonSchema, objectOf, refTo } from './json-schema.js';
import type { OperationExample } from './operation-example.js';

type Responses = Record<string, JsonSchema>;

const page = { type: 'integer', minimum: 1, description: 'The page of the query.' };
const size = { type: 'integer', minimum: 1, description: 'The rows on a page, after the cap.' };
const endsOnce = 'Exactly one `final_response` or `error` ends the stream.';
const total = { type: 'integer', minimum: 0, description: 'The rows of the whole list.' };

/** Describes the answers of one route that are no errors. */
export class SuccessDescriber {
  readonly #route: RouteDescription;
  readonly #data: DataSchemas;
  readonly #components: Components;
  readonly #examples: readonly [OperationExample, ...OperationExample[]];

  /** @param deps.components gets the named schemas */
  constructor(deps: {
    route: RouteDescription;
    data: DataSchemas;
    components: Components;
    examples: readonly [OperationExample, ...OperationExample[]];
  }) {
    this.#route = deps.route;
    this.#data = deps.data;
    this.#components = deps.components;
    this.#examples = deps.examples;
  }

  /** The answers by status. */
  describe(): Responses {
    const { responds, document } = this.#route;
    switch (responds.kind) {
      case 'ok':
        return { 200: this.#json(200, 'The state now.', this.#data.at(document, responds.at)) };
      case 'page':
        return this.#page(this.#data.at(document, responds.at).properties as Record<string, JsonSchema>);
      case 'slice':
        return this.#page({ items: this.#data.at(document, responds.at), total });
      case 'created':
        return this.#created(this.#data.at(document, responds.at), responds.isNew !== undefined);
      case 'file':
        return {
          200: this.#json(200, 'The file.', this.#file(responds.at), 'ETag'),
          304: this.#empty('The client has the current file.', 'ETag'),
        };
      case 'tagged':
        return {
          200: this.#tagged(responds.at),
          304: { ...this.#empty('The client has the current state.'), headers: this.#tagHeaders() },
        };
      case 'replaced':
        return { 200: this.#tagged(responds.at) };
      case 'bytes':
        return {
          200: this.#bytes('The whole file.'),
          206: this.#bytes('The range that was asked for.', 'Content-Range'),
          304: this.#empty('The client has the current file.', 'ETag'),
        };
      case 'archive':
        return {
          200: this.#download('The archive.', 'application/zip', 'application/gzip'),
          304: this.#empty('The client has this archive.', 'ETag'),
        };
      case 'document':
        return {
          200: this.#download('The document.', 'text/html', 'text/markdown', 'text/plain'),
          304: this.#empty('The client has this document.', 'ETag'),
        };
      case 'saved':
        return this.#saved(responds.at, responds.status);
      case 'put': {
        const file = this.#data.at(document, `${responds.at}.file`);
        return {
          200: this.#json(200, 'A file was replaced, or has the same bytes.', file, 'ETag'),
          201: this.#json(201, 'The file was created.', file, 'ETag'),
        };
      }
      case 'done':
        return { 204: this.#empty('It is done.') };
      case 'stream':
        return {
          200: this.#stream('ExecutionStreamItem', endsOnce, 'X-Execution-Id'),
          204: this.#empty('The run has ended, and the client has all its events.', 'X-Execution-Id'),
        };
      case 'runStream':
        return {
          200: this.#stream('RunStreamItem', endsOnce),
          204: this.#empty('The run has ended, and the client has all its events.'),
        };
      case 'spaceStream':
        return { 200: this.#stream('SpaceStreamItem', 'It ends with an `error` only.') };
    }
  }

  /** The entity tag is not a property: it is sent as `ETag`. */
  #tagged(at: string): JsonSchema {
    const schema = this.#data.at(this.#route.document, at);
    const name = String(schema.$ref).split('/').at(-1)!;
    const { properties, ...described } = this.#components.get(name)!;
    const { etag: _etag, ...others } = properties as Record<string, JsonSchema>;
    this.#components.set(name, { ...described, ...objectOf(others) });
    return { ...this.#json(200, 'The state now.', schema), headers: this.#tagHeaders() };
  }

  #tagHeaders(): JsonSchema {
    return { ...headersOf(this.#route), ETag: { $ref: '#/components/headers/StateTag' } };
  }

  #page(properties: Record<string, JsonSchema>): Responses {
    return { 200: this.#json(200, 'One page of the list.', objectOf({ ...properties, page, size })) };
  }

  #created(body: JsonSchema, mayExist: boolean): Responses {
    const created = { 201: this.#json(201, 'It was created.', body) };
    return mayExist ? { 200: this.#json(200, 'It existed before.', body), ...created } : created;
  }

  #saved(at: string, status: 200 | 201): Responses {
    const { document } = this.#route;
    const version = this.#data.at(document, `${at}.version`);
    const oneOf = this.#files(`${at}.file`).map((properties) =>
      withMerge(objectOf({ ...properties, version })),
    );
    const description = 'A file after a write, with its new version; null where the bytes were the same.';
    this.#components.set('SavedFile', { description, oneOf });
    const text = status === 201 ? 'The file was created.' : 'The file after the write.';
    return { [status]: this.#json(status, text, refTo('SavedFile'), 'ETag') };
  }

  #file(at: string): JsonSchema {
    const description = 'A file at a ref, with its content.';
    this.#components.set('File', { description, oneOf: this.#files(at).map(objectOf) });
    return refTo('File');
  }

  /** The properties of each kind of file. The entity tag is not one of them: it is sent as `ETag`. */
  #files(at: string): Record<string, JsonSchema>[] {
    return [...this.#data.alternativesAt(this.#route.document, at).values()].map(({ properties }) => {
      const { etag: _etag, ...others } = properties as Record<string, JsonSchema>;
      return others;
    });
  }

  #bytes(description: string, ...headers: string[]): JsonSchema {
    const { content, headers: always } = this.#download(description, 'application/octet-stream');
    const more = headersOf(this.#route, 'Accept-Ranges', ...headers);
    return { description, headers: { ...(always as JsonSchema), ...more }, content };
  }

  #download(description: string, ...types: string[]): JsonSchema {
    return {
      description,
      headers: headersOf(this.#route, 'ETag', 'Content-Disposition', 'X-Content-Type-Options'),
      content: Object.fromEntries(types.map((type) => [type, { schema: {} }])),
    };
  }

  #stream(item: string, end: string, ...headers: string[]): JsonSchema {
    return {
      description:
        'Server-sent events; their schema is `x-itemSchema`, which OpenAPI 3.2 calls `itemSchema`. ' +
        `${end} A comment comes every 15 seconds.`,
      headers: headersOf(this.#route, ...headers),
      content: {
        'text/event-stream': {
          schema: { type: 'string' },
          'x-itemSchema': refTo(item),
          example: this.#examples[0].answer,
        },
      },
    };
  }

  #json(status: number, description: string, schema: JsonSchema, ...headers: string[]): JsonSchema {
    const shown = this.#examples.find((one) => one.status === status);
    const example = shown ? { example: shown.answer } : {};
    return {
      description,
      headers: headersOf(this.#route, ...this.#links(), ...headers),
      content: { 'application/json': { schema, ...example } },
    };
  }

  #empty(description: string, ...headers: string[]): JsonSchema {
    return { description, headers: headersOf(this.#route, ...this.#links(), ...headers) };
  }

  #links(): string[] {
    return isDeprecated(this.#route) ? ['Link'] : [];
  }
}

/** A file after a write has `is_merged` only after a merge. */
function withMerge({ properties, ...schema }: JsonSchema): JsonSchema {
  const is_merged = {
    type: 'boolean',
    description: 'True where others saved the file meanwhile and it was merged; else absent.',
  };
  return { ...schema, properties: { ...(properties as Record<string, JsonSchema>), is_merged } };
}
