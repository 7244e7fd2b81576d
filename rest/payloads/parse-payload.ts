import type { z } from 'zod';
import { RequestError } from '../request-error.js';
import type { CodedFault } from './coded-fault.js';
import { describeIssue } from './describe-issue.js';
import { fieldsOf, unwrapped } from './fields-of.js';
import { inSchemaOrder } from './in-schema-order.js';
import type { ValueChecks } from './value-checks.js';
import { valueFaults } from './value-faults.js';

/** More faults are not reported, so that an answer stays short. A client that corrects these gets the next ones. */
const maxFaults = 20;

type Part = 'query' | 'body';

/** A part of a request with its schema and what the schema made of it. */
interface ParsedPart {
  part: Part;
  schema: z.ZodType;
  value: unknown;
  result: z.ZodSafeParseResult<unknown>;
}

/**
 * Checks the JSON types of a request and whether its body has unknown fields. What a value may be is checked by the command,
 * so that GraphQL and REST answer a fault with the same code. But when there are faults of types, no command runs: then the
 * values that have their type are checked here, by the same rules, so that one answer names the faults of both kinds.
 * @param values the query with all its parameters as texts, and the body as parsed JSON
 * @param checks the rules of the commands
 * @returns the parts that have a schema
 * @throws RequestError with one fault a field, at most 20, in the order of the schemas, and the code of the first fault
 */
export function parsePayload<TQuery, TBody>(
  schemas: { query?: z.ZodType<TQuery>; body?: z.ZodType<TBody> },
  values: { query?: unknown; body?: unknown },
  checks: ValueChecks,
): { query: TQuery; body: TBody } {
  const parts = (['query', 'body'] as const).flatMap((part): ParsedPart[] => {
    const schema = schemas[part];
    if (!schema) return [];
    const value = withShortLists(schema, values[part]);
    return [{ part, schema, value, result: schema.safeParse(value) }];
  });
  if (parts.every(({ result }) => result.success)) {
    const parsed = parts.map(({ part, result }) => [part, result.data]);
    return Object.fromEntries(parsed) as { query: TQuery; body: TBody };
  }
  const [first, ...more] = parts.flatMap((one) => faultsOf(one, checks)).slice(0, maxFaults);
  throw new RequestError(first!.code, [answered(first!), ...more.map(answered)]);
}

/**
 * Cuts lists of the outermost object that are too long to one item more than they may have: what checks their number refuses
 * them nevertheless, and nothing looks at thousands of items for it.
 */
function withShortLists(schema: z.ZodType, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const lists = Object.entries(fieldsOf(schema)).flatMap(([name, field]) => {
    const list = (value as Record<string, unknown>)[name];
    const { maxItems: max } = unwrapped(field).meta() ?? {};
    return Array.isArray(list) && typeof max === 'number' && list.length > max
      ? [[name, list.slice(0, max + 1)]]
      : [];
  });
  return lists.length > 0 ? { ...value, ...Object.fromEntries(lists) } : value;
}

function answered({ loc, msg, type }: CodedFault) {
  return { loc, msg, type };
}

function faultsOf({ part, schema, value, result }: ParsedPart, checks: ValueChecks): CodedFault[] {
  const issues = result.error?.issues ?? [];
  const types = issues.flatMap((issue) => typeFaults(issue, value, part));
  const values = valueFaults({ schema, value, loc: [part] }, types, checks, maxFaults);
  return inSchemaOrder([...types, ...values], schema);
}

function typeFaults(issue: z.core.$ZodIssue, value: unknown, part: Part): CodedFault[] {
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      loc: [part, ...path, key],
      msg: 'is not a known field',
      type: 'unknown_field',
      code: 'invalid_request',
    }));
  }
  const isMissing = path.length > 0 && valueAt(value, path) === undefined;
  const missing = { msg: 'is required', type: 'missing', code: 'invalid_request' } as const;
  return [{ loc: [part, ...path], ...(isMissing ? missing : describeIssue(issue)) }];
}

function valueAt(value: unknown, path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<string | number, unknown> | null)?.[key],
    value,
  );
}
