import { GraphQLError, GraphQLFloat, GraphQLID, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import { parseJson } from '../src/engines/nbformat/json.js';
import { nonFiniteAsNull } from '../src/engines/nbformat/non-finite-as-null.js';
import { parseDateTime } from '../src/validation/parse-date-time.js';
import { isUuid } from '../src/validation/validate.js';
import { builder } from './builder.js';

builder.scalarType('DateTime', {
  description: 'A time as RFC 3339 in UTC with `Z`, e.g. `2026-01-31T12:00:00.000Z`.',
  serialize: (value) => value.toISOString(),
  parseValue: (value) => {
    const date = typeof value === 'string' ? parseDateTime(value) : null;
    if (!date) throw new GraphQLError('A DateTime is a text in the form of RFC 3339.');
    return date;
  },
});

builder.scalarType('JSON', {
  description:
    'Any JSON value. Numbers keep their tokens, e.g. `1.0` and integers over 2^53, as variables and as literals. ' +
    '`NaN` and infinite numbers are read as null.',
  serialize: (value) => value,
  parseValue: nonFiniteAsNull,
  parseLiteral: literal,
});

function literal(node: ValueNode, variables: Record<string, unknown> | null | undefined): unknown {
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      return parseJson(node.value);
    case Kind.LIST:
      return node.values.map((item) => literal(item, variables));
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields.map(({ name, value }) => [name.value, literal(value, variables)]),
      );
    default:
      return valueFromASTUntyped(node, variables);
  }
}

const { parseValue, parseLiteral } = GraphQLID;
// UUIDs are case-insensitive (RFC 9562, section 4), comparisons of texts are not: every id comes in as it is stored. Pothos
// has no way to give a schema an `ID` of its own.
GraphQLID.parseValue = (value) => storedId(parseValue(value));
GraphQLID.parseLiteral = (node, variables) => storedId(parseLiteral(node, variables));

function storedId(id: string): string {
  return isUuid(id) ? id.toLowerCase() : id;
}

const { parseLiteral: parseFloatLiteral } = GraphQLFloat;
// The library checks this for variables only: `1e400` in a document would be infinite.
GraphQLFloat.parseLiteral = (node, variables) => {
  const value = parseFloatLiteral(node, variables);
  if (!Number.isFinite(value)) throw new GraphQLError('A Float must be finite.', { nodes: node });
  return value;
};
