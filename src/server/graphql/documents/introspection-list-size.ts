import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';

const sizes = new WeakMap<GraphQLSchema, Record<string, number>>();

/**
 * The mean length of a list of the introspection, e.g. of `__Type.fields` over all types of the schema.
 * @returns undefined for a field that does not belong to the introspection
 */
export function introspectionListSize(
  schema: GraphQLSchema,
  field: GraphQLField<unknown, unknown>,
): number | undefined {
  if (!isIntrospectionType(getNamedType(field.type))) return undefined;
  let known = sizes.get(schema);
  if (!known) {
    known = measure(schema);
    sizes.set(schema, known);
  }
  return known[field.name];
}

function measure(schema: GraphQLSchema): Record<string, number> {
  const types = Object.values(schema.getTypeMap());
  const fields = types.flatMap((type) =>
    isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [],
  );
  const mean = (count: (type: GraphQLNamedType) => number) =>
    types.reduce((sum, type) => sum + count(type), 0) / types.length;
  return {
    types: types.length,
    directives: schema.getDirectives().length,
    fields: fields.length / types.length,
    args: fields.reduce((sum, { args }) => sum + args.length, 0) / fields.length,
    enumValues: mean((type) => (isEnumType(type) ? type.getValues().length : 0)),
    inputFields: mean((type) => (isInputObjectType(type) ? Object.keys(type.getFields()).length : 0)),
    interfaces: mean((type) => (isObjectType(type) ? type.getInterfaces().length : 0)),
    possibleTypes: mean((type) => (isInterfaceType(type) ? schema.getPossibleTypes(type).length : 0)),
  };
}
