import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getOperationAST,
  isInputObjectType,
  isListType,
  isNonNullType,
  typeFromAST,
} from 'graphql';
import { isLosslessNumber } from 'lossless-json';
import { isJsonObject } from '../../../engines/nbformat/json-object.js';

/** The only scalar whose values keep their number tokens. */
const keepsTokens = 'JSON';

/**
 * Converts the numbers of variables, which have kept their tokens, to plain numbers, except within values of the scalar
 * `JSON`.
 * @param variables parsed by `parseJson`
 */
export function plainVariables(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Record<string, unknown> | null | undefined,
): Record<string, unknown> | null | undefined {
  const operation = getOperationAST(document, operationName);
  if (!variables || !operation) return variables;
  const plain = { ...variables };
  for (const { variable, type } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    const known = typeFromAST(schema, type as never) as GraphQLInputType | undefined;
    if (known && Object.hasOwn(plain, name)) plain[name] = plainValue(plain[name], known);
  }
  return plain;
}

function plainValue(value: unknown, type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return plainValue(value, type.ofType);
  if (isListType(type)) {
    return Array.isArray(value)
      ? value.map((item) => plainValue(item, type.ofType))
      : plainValue(value, type.ofType);
  }
  if (isInputObjectType(type)) {
    if (!isJsonObject(value)) return value;
    const fields = type.getFields();
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => {
        const field = fields[name];
        return [name, field ? plainValue(member, field.type) : member];
      }),
    );
  }
  return type.name !== keepsTokens && isLosslessNumber(value) ? Number(value.value) : value;
}
