import {
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';

/** A field on the way to what is asked for, with its arguments. */
export type Step = readonly [field: string, args?: Record<string, unknown>];

/**
 * Writes the operation that asks the graph for all that a REST body holds, by the graph's own names: not with the
 * documents that REST runs. `toRest` renames the answer as REST has it.
 * @param body the REST body in the shape of the graph, still with underscores
 */
export function twinOperation(schema: GraphQLSchema, steps: readonly Step[], body: unknown) {
  const root = schema.getQueryType()!.getFields()[steps[0]![0]] ? 'query' : 'mutation';
  let type: GraphQLObjectType = schema.getRootType(root as never)!;
  let result: GraphQLOutputType = type;
  const variables: Record<string, unknown> = {};
  const declared: string[] = [];
  const open: string[] = [];
  for (const [name, args = {}] of steps) {
    const field = type.getFields()[name];
    if (!field) throw new Error(`${type.name} has no ${name}`);
    const passed = Object.entries(args).map(([arg, value]) => {
      const variable = `v${declared.length}`;
      declared.push(`$${variable}: ${field.args.find((one) => one.name === arg)!.type}`);
      variables[variable] = value;
      return `${arg}: $${variable}`;
    });
    open.push(name + (passed.length > 0 ? `(${passed.join(', ')})` : ''));
    result = field.type;
    type = getNamedType(result) as GraphQLObjectType;
  }
  const head = declared.length > 0 ? `(${declared.join(', ')})` : '';
  const query = `${root}${head} { ${open.join(' { ')} ${selection(schema, body, result)} ${'} '.repeat(open.length)}`;
  return {
    query,
    variables,
    toRest(data: unknown): unknown {
      const value = steps.reduce((at: any, [name]) => at[name], data);
      return renamed(schema, value, result);
    },
  };
}

const camel = (key: string) => key.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
const snake = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function selection(schema: GraphQLSchema, value: unknown, type: GraphQLOutputType): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  const one = Array.isArray(value) ? value[0] : value;
  if (one === undefined || one === null) return '{ __typename }';
  const fields = Object.entries(one).map(([key, inner]) => {
    const name = camel(key);
    const own = (named as GraphQLObjectType).getFields()[name];
    if (own) return `${name} ${selection(schema, inner, own.type)}`;
    const holder =
      isAbstractType(named) && schema.getPossibleTypes(named).find((object) => object.getFields()[name]);
    if (!holder) throw new Error(`${named.name} has no ${name}`);
    return `... on ${holder.name} { ${name} ${selection(schema, inner, holder.getFields()[name]!.type)} }`;
  });
  return `{ ${fields.join(' ')} }`;
}

function renamed(schema: GraphQLSchema, value: any, type: GraphQLOutputType): unknown {
  if (value === null || value === undefined) return value;
  if (isNonNullType(type)) return renamed(schema, value, type.ofType);
  if (isListType(type)) return value.map((one: unknown) => renamed(schema, one, type.ofType));
  if (isLeafType(type)) return value;
  const holders = isAbstractType(type) ? [type, ...schema.getPossibleTypes(type)] : [type];
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '__typename')
      .map(([key, inner]) => {
        const field = holders.map((one) => (one as GraphQLObjectType).getFields()[key]).find(Boolean);
        return [snake(key), renamed(schema, inner, field!.type)];
      }),
  );
}

/** The same with ids, shas and times replaced: two things made alike are alike but for these. */
export function withoutNames(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value)
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'ID')
      .replace(/\b[0-9a-f]{40}\b/g, 'SHA')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replace(/\b(rest|graph)\b/g, 'API'),
  );
}
