import { GraphQLError, GraphQLID, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import { parseJson } from '../src/engines/nbformat/json.js';
import { isUuid } from '../src/validation/validate.js';
import { builder } from './builder.js';

builder.scalarType('DateTime', {
  description: 'A time as RFC 3339 in UTC with `Z`, e.g. `2026-01-31T12:00:00.000Z`.',
  serialize: (value) => value.toISOString(),
  parseValue: (value) => {
    const date = typeof value === 'string' ? new Date(value) : new Date(Number.NaN);
    if (Number.isNaN(date.getTime())) throw new GraphQLError('A DateTime is an RFC 3339 text.');
    return date;
  },
});

builder.scalarType('JSON', {
  description:
    'Any JSON value. Numbers keep their tokens, e.g. `1.0` and integers over 2^53, as variables and as literals.',
  serialize: (value) => value,
  parseValue: (value) => value,
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
