import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../rest/openapi/json-schema.js';
import { type FilledSpace, makeFilledSpace } from '../support/factories/make-filled-space.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import {
  filled,
  operationsOf,
  type RestOperation,
  takesJson,
  validBodies,
} from '../support/rest-operations.js';

const operations = operationsOf(JSON.parse(readFileSync('docs/openapi.json', 'utf8')));
const withBody = operations.filter(takesJson);
const ajv = new Ajv2020({ strict: false, validateFormats: false });

/** Faults that only the command finds, because they depend on another field, another item or the database. */
const onlyInCommands = new Set(['duplicate', 'kind_mismatch', 'mismatch', 'missing']);
/** Fields whose names and paths only the command can look up. */
const lookedUp = new Set([
  'branch',
  'default_branch',
  'kernel_name',
  'kernel_profile_id',
  'resource_class_id',
  'paths',
]);
const hostileTexts = ['', 'a\u0000b', 'x'.repeat(11_000), '../a', 'a b', 'no-uuid'];
const hostileNumbers = [-1, 0, 1.5, 1e9];

interface Fault {
  loc: (string | number)[];
  msg: string;
  type: string;
}

/** A body with one value whose type is right. */
interface OneValue {
  body: Record<string, unknown>;
  loc: (string | number)[];
}

let at: TestGateway;
let space: FilledSpace;
beforeAll(async () => {
  at = await openTestGateway();
  space = await makeFilledSpace(at);
});
afterAll(() => at.close());

async function faultsOf(operation: RestOperation, body: unknown, query = ''): Promise<Fault[]> {
  const path = filled(operation.path, space.ids) + query;
  const answer = await at.rest(operation.method, path, { space: space.slug, body });
  return answer.status === 400 ? answer.body.errors : [];
}

/** Bodies that have a hostile value in one field, also in the objects and texts of a list. */
function bodiesOf(schema: JsonSchema, valid: Record<string, unknown>): OneValue[] {
  const properties = Object.entries(schema.properties as Record<string, JsonSchema>);
  return properties.flatMap(([name, field]) => [
    ...valuesOf(field).map((value) => ({ body: { ...valid, [name]: value }, loc: ['body', name] })),
    ...itemsOf(field, valid[name]).map(({ item, loc }) => ({
      body: { ...valid, [name]: [item] },
      loc: ['body', name, 0, ...loc],
    })),
  ]);
}

/** @param valid a list of items without faults, if there is one */
function itemsOf({ items }: JsonSchema, valid: unknown): { item: unknown; loc: string[] }[] {
  if (!items) return [];
  const schema = items as JsonSchema;
  const values = valuesOf(schema).map((item) => ({ item, loc: [] }));
  const { properties = {} } = schema as { properties?: Record<string, JsonSchema> };
  const texts = Object.entries(properties).map(([name, field]) => [
    name,
    (field.enum as unknown[] | undefined)?.[0] ?? 'x',
  ]);
  const item = (valid as object[] | undefined)?.[0] ?? Object.fromEntries(texts);
  return [
    ...values,
    ...Object.entries(properties).flatMap(([name, field]) =>
      valuesOf(field).map((value) => ({ item: { ...item, [name]: value }, loc: [name] })),
    ),
  ];
}

/** The values that have the type of a field, whatever its bounds say. */
function valuesOf({ type, anyOf, enum: values }: JsonSchema): unknown[] {
  if (values) return [];
  const typed = ajv.compile(
    type ? { type } : anyOf ? { anyOf: (anyOf as JsonSchema[]).map(({ type: t }) => ({ type: t })) } : false,
  );
  return [...hostileTexts, ...hostileNumbers, []].filter((value) => typed(value));
}

describe.each(withBody.map((one) => [one.name, one] as const))('%s', (name, operation) => {
  const schema = operation.described.requestBody.content['application/json'].schema as JsonSchema;

  it('names a wrong value beside an unknown field, in the words of the command, and no field that was not sent', async () => {
    const valid = validBodies(space.ids)[name] as Record<string, unknown>;
    const differences: unknown[] = [];
    let compared = 0;
    for (const { body, loc } of bodiesOf(schema, valid)) {
      const faults = await faultsOf(operation, body);
      const unsent = faults.filter(
        ({ loc: [, field], type }) => type !== 'missing' && !(String(field) in body),
      );
      if (unsent.length > 0) differences.push({ body, unsent });
      const [alone] = faults.filter((fault) => JSON.stringify(fault.loc) === JSON.stringify(loc));
      if (!alone || onlyInCommands.has(alone.type)) continue;
      if (alone.type === 'unknown' && lookedUp.has(String(loc[1]))) continue;
      compared++;
      const together = await faultsOf(operation, { ...body, nothing: 1 });
      const unknown = { loc: ['body', 'nothing'], msg: 'is not a known field', type: 'unknown_field' };
      if (JSON.stringify(together) !== JSON.stringify([alone, unknown]))
        differences.push({ alone, together });
    }
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(0);
  }, 60_000);
});

const operationOf = (name: string) => operations.find((operation) => operation.name === name)!;

it.each([
  ['GET /workspaces/{workspace_id}/files', '?page=x&ref=a..b', ['page', 'ref']],
  ['GET /workspaces/{workspace_id}/authoring-file', '?ref=a..b', ['path', 'ref']],
  ['GET /documents/{notebook_id}/versions', '?size=0&branch=a%20b', ['size', 'branch']],
  ['GET /workers', '?include_stopped=maybe&workspace_id=x', ['include_stopped', 'workspace_id']],
  ['GET /sessions', '?page=0&workspace_id=x', ['page', 'workspace_id']],
])('%s%s names the faults of types and of values together', async (name, query, fields) => {
  const operation = operationOf(name);
  const path = filled(operation.path, space.ids) + query;
  const { status, body } = await at.rest('GET', path, { space: space.slug });
  expect(status).toBe(400);
  expect(body.errors.map(({ loc }: Fault) => loc)).toEqual(fields.map((field) => ['query', field]));
});
