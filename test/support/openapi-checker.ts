import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import type { OpenApiDocument } from '../../rest/openapi/build-openapi.js';
import type { JsonSchema } from '../../rest/openapi/json-schema.js';
import type { SentEvent } from './sse.js';

const base = '/api/v1.0/engagement/spaces/{space_slug}/notebooks';

/** A received answer; the body is parsed. */
export interface CheckedAnswer {
  status: number;
  headers: Headers;
  body?: unknown;
}

/** A sent request; `path` includes the query. */
export interface CheckedRequest {
  path: string;
  headers: Headers;
  /** The sent body; undefined without one. */
  text?: string;
}

/** Checks requests and answers against an OpenAPI document. */
export interface Checker {
  /** Fails unless the operation describes the request: for those that were answered 2xx, so that the description is
   * not stricter than the gateway. */
  request(method: string, path: string, request: CheckedRequest): void;
  /** Fails unless the operation describes the status, every header and the whole body; says nothing of more than them. */
  answer(method: string, path: string, answer: CheckedAnswer): void;
  /** Fails unless the operation describes the body of an answer. */
  body(method: string, path: string, status: number, body: unknown): void;
  /** Fails unless the operation describes the events of a stream. */
  events(method: string, path: string, events: SentEvent[]): void;
}

/** Creates a {@link Checker}. A property without a description is a fault. */
export function createChecker(document: OpenApiDocument): Checker {
  const ajv = new Ajv2020({
    strict: false,
    validateFormats: true,
    formats: { 'date-time': isDateTime, uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i },
  });
  ajv.addSchema(closed(document) as JsonSchema, 'openapi');
  const compiled = new Map<string, ValidateFunction>();

  function validate(pointer: string[], value: unknown, what: string): void {
    const ref = `openapi#/${pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
    const check = compiled.get(ref) ?? ajv.compile({ $ref: ref });
    compiled.set(ref, check);
    const fits = check(value);
    expect(fits, `${what}: ${ajv.errorsText(check.errors)} in ${JSON.stringify(value)?.slice(0, 500)}`).toBe(
      true,
    );
  }

  function resolve(node: any, pointer: string[]): { node: any; pointer: string[] } {
    if (!node?.$ref) return { node, pointer };
    const to = (node.$ref as string).slice(2).split('/');
    return { node: to.reduce((at: any, key) => at[key], document), pointer: to };
  }

  function response(method: string, path: string, status: number) {
    const pointer = ['paths', base + path, method.toLowerCase(), 'responses', String(status)];
    const node = pointer.reduce((at: any, key) => at?.[key], document);
    expect(node, `${method} ${path} does not describe ${status}`).toBeDefined();
    return resolve(node, pointer);
  }

  /** The schema of the data of an event: the `contentSchema` of its item. */
  function dataSchemaOf(event: string, named: { $ref: string }): string[] {
    const { oneOf } = document.components.schemas![named.$ref.split('/').at(-1)!] as { oneOf: any[] };
    const item = oneOf.find(({ properties }) => properties.event.const === event);
    expect(item, `the event ${event} is not described`).toBeDefined();
    return item.properties.data.contentSchema.$ref.slice(2).split('/');
  }

  function operation(method: string, path: string) {
    const pointer = ['paths', base + path, method.toLowerCase()];
    return { pointer, node: pointer.reduce((at: any, key) => at?.[key], document) as any };
  }

  return {
    request(method, path, { path: sent, headers, text }) {
      const what = `the request ${method} ${sent.slice(0, 200)}`;
      const { node, pointer } = operation(method, path);
      const query = new URL(sent, 'http://gateway').searchParams;
      for (const [index, given] of node.parameters.entries()) {
        const parameter = resolve(given, [...pointer, 'parameters', String(index)]);
        const { name, in: location, required, schema } = parameter.node;
        const value = { query: query.get(name), header: headers.get(name) }[location as 'query'] ?? null;
        // The path was matched already, and its parameters are any text.
        if (location === 'path') continue;
        if (required) expect(value, `${what} has no ${name}`).not.toBeNull();
        if (value !== null)
          validate([...parameter.pointer, 'schema'], decoded(value, schema), `${what} ${name}`);
      }
      if (!node.requestBody?.content['application/json']) return;
      if (text === undefined && !node.requestBody.required) return;
      const schema = [...pointer, 'requestBody', 'content', 'application/json', 'schema'];
      validate(schema, text === undefined ? undefined : JSON.parse(text), what);
    },
    answer(method, path, { status, headers, body }) {
      const what = `${method} ${path} ${status}`;
      const { node, pointer } = response(method, path, status);
      for (const [name, given] of Object.entries(node.headers ?? {})) {
        const header = resolve(given, [...pointer, 'headers', name]);
        const value = headers.get(name);
        if (header.node.required) expect(value, `${what} has no ${name}`).not.toBeNull();
        if (value !== null) validate([...header.pointer, 'schema'], value, `${what} ${name}`);
      }
      const type = headers.get('content-type')?.split(';')[0];
      const types = Object.keys(node.content ?? {});
      // Some downloads have more than one format.
      expect(types.length > 0 ? types : [undefined], what).toContain(type);
      if (type === 'application/json') validate([...pointer, 'content', type, 'schema'], body, what);
    },
    body(method, path, status, body) {
      const { pointer } = response(method, path, status);
      validate([...pointer, 'content', 'application/json', 'schema'], body, `${method} ${path} ${status}`);
    },
    events(method, path, events) {
      const { pointer, node } = response(method, path, 200);
      const named = node.content['text/event-stream']['x-itemSchema'];
      const item = [...pointer, 'content', 'text/event-stream', 'x-itemSchema'];
      for (const { id, event, data } of events) {
        // The item as it was sent: its data is a text, whose schema is named by the event.
        const sent = { ...(id === undefined ? {} : { id }), event, data: JSON.stringify(data) };
        validate(item, sent, `${path} ${event}`);
        validate(dataSchemaOf(event, named), data, `${path} ${event}`);
      }
    },
  };
}

/** The text of a parameter as a value of its schema's type. */
function decoded(text: string, schema: JsonSchema): unknown {
  return schema.type === 'integer' || schema.type === 'number' ? Number(text) : text;
}

/** The path template of the document that matches a path below the base path, if it describes the method. */
export function templateOf(document: OpenApiDocument, method: string, path: string): string | undefined {
  const segments = path.split('?', 1)[0]!.split('/');
  return Object.keys(document.paths)
    .filter(
      (template) =>
        template.startsWith(`${base}/`) && method.toLowerCase() in (document.paths[template] as object),
    )
    .map((template) => template.slice(base.length))
    .find((template) => {
      const parts = template.split('/');
      return (
        parts.length === segments.length &&
        parts.every((part, i) => part.startsWith('{') || part === segments[i])
      );
    });
}

/** The document with `additionalProperties: false` in every object with described properties. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const members = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  const isObject = members.type === 'object' && members.properties && !('additionalProperties' in members);
  return isObject ? { ...members, additionalProperties: false } : members;
}

function isDateTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) && !Number.isNaN(Date.parse(text));
}
