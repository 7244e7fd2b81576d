import { randomUUID } from 'node:crypto';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonSchema } from '../../rest/openapi/json-schema.js';
import type { RestOptions } from './gateway.js';
import type { RestOperation } from './rest-operations.js';

/** A request with a possible fault. */
export interface BadInput {
  /** The fault in words, for the message of a failed test. */
  what: string;
  options: RestOptions & { query?: string };
  /** The field that a 400 names: the beginning of its `loc`. If `refused` is false, it may name another field. */
  loc: (string | number)[];
  /** Whether the API description forbids it, so that the gateway must refuse it with 400, or 415 for a media type. */
  refused: boolean;
}

const ajv = new Ajv2020({ strict: false, validateFormats: false });
const ofEachType = [null, true, 1, 1.5, 'nonsense', [], {}, [1], [null]];
const hostileTexts = ['', 'a\u0000b', 'a\ud800b', 'x'.repeat(200_000), '../a', '.git/config', '-', '\u202e'];
const hostileNumbers = [-1, 1e9, 2 ** 31, 1e300, -0.5];
const notJson = ['', '{', '{"a":1,}', 'nul', '{"a":"\u0001"}', `${'['.repeat(100_000)}`];
const noObject = ['null', '1', '"text"', '[]', 'true', `${'['.repeat(5_000)}${']'.repeat(5_000)}`];

/** All faults that the body of an operation can have; `valid` is a body that it accepts. */
export function badBodies(operation: RestOperation, valid: Record<string, unknown>): BadInput[] {
  const schema = operation.described.requestBody?.content['application/json'].schema as
    | JsonSchema
    | undefined;
  if (!schema) return [];
  const text = JSON.stringify(valid);
  const whole = (what: string, options: RestOptions): BadInput => ({
    what,
    options,
    loc: ['body'],
    refused: true,
  });
  return [
    ...[...notJson, ...noObject].map((raw) => whole(raw.slice(0, 20), { raw })),
    whole('bytes that are not UTF-8', { raw: Buffer.from(text.replace('"', '"\u00ff'), 'latin1') }),
    whole('a byte order mark', { raw: `\ufeff\ufeff${text}` }),
    whole('another media type', { raw: text, headers: { 'content-type': 'text/plain' } }),
    ...badFields(schema, valid, [], (body) => ({ body })),
    // As text, because an object literal would set the prototype.
    {
      what: 'the field __proto__',
      options: { raw: `{"__proto__":{"a":1},${text.slice(1)}` },
      loc: ['body', '__proto__'],
      refused: true,
    },
  ];
}

/** All faults that the query of an operation can have; `valid` is a query that it accepts. */
export function badQueries(operation: RestOperation, valid: string): BadInput[] {
  const parameters = operation.described.parameters.filter((one: { in?: string }) => one.in === 'query');
  return parameters.flatMap(({ name, schema }: { name: string; schema: JsonSchema }) => {
    const isNumber = schema.type === 'integer' || schema.type === 'number';
    const texts = isNumber
      ? ['x', '0', '-1', '1.5', 'NaN', 'Infinity', '', '9'.repeat(400), 'true', '1 2']
      : [...hostileTexts.filter((one) => one.isWellFormed()).map((one) => one.slice(0, 9_000)), 'nonsense'];
    return texts.map((value): BadInput => {
      const decoded = isNumber ? Number(value || 'nothing') : value;
      const query = new URLSearchParams(valid);
      query.set(name, value);
      return {
        what: `the query ${name}=${JSON.stringify(value.slice(0, 20))}`,
        options: { query: `?${query}` },
        loc: ['query', name],
        refused: !ajv.validate(schema, decoded),
      };
    });
  });
}

/** All faults of each field of an object, at any depth; `wrap` inserts the object into the body. */
function badFields(
  schema: JsonSchema,
  valid: Record<string, unknown>,
  at: (string | number)[],
  wrap: (value: unknown) => RestOptions,
): BadInput[] {
  const fields = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  const bad = (field: string, what: string, value: unknown, refused: boolean): BadInput => ({
    what: `${[...at, field].join('.')}: ${what}`,
    options: wrap(value),
    loc: ['body', ...at, field],
    refused,
  });
  const without = (field: string) =>
    Object.fromEntries(Object.entries(valid).filter(([key]) => key !== field));
  return [
    bad('nothing', 'an unknown field', { ...valid, nothing: 1 }, true),
    bad('Name', 'an unknown field', { ...valid, Name: 1 }, true),
    ...((schema.required ?? []) as string[]).map((field) => bad(field, 'missing', without(field), true)),
    ...fields.flatMap(([field, inner]) => {
      const values = [
        ...ofEachType,
        ...hostileTexts,
        ...hostileNumbers,
        ...(/_ids?$/.test(field) ? ids(field) : []),
      ];
      const one = values.map((value) =>
        bad(
          field,
          JSON.stringify(value)!.slice(0, 30),
          { ...valid, [field]: value },
          !ajv.validate(inner, value),
        ),
      );
      return [...one, ...badItems(inner, field, valid, at, wrap)];
    }),
  ];
}

/** All faults of the objects of a list. */
function badItems(
  schema: JsonSchema,
  field: string,
  valid: Record<string, unknown>,
  at: (string | number)[],
  wrap: (value: unknown) => RestOptions,
): BadInput[] {
  const items = schema.items as JsonSchema | undefined;
  if (!items?.properties) return [];
  const item = Object.fromEntries(
    Object.entries(items.properties as Record<string, JsonSchema>)
      .filter(([name]) => ((items.required ?? []) as string[]).includes(name))
      .map(([name, { enum: values }]) => [name, Array.isArray(values) ? values[0] : randomUUID()]),
  );
  return badFields(items, item, [...at, field, 0], (value) => wrap({ ...valid, [field]: [value] }));
}

/** Ids of no resource. */
function ids(field: string): unknown[] {
  const unknown = ['no-uuid', randomUUID()];
  return field.endsWith('s') ? unknown.map((id) => [id]) : unknown;
}
