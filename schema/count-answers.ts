import {
  defaultFieldResolver,
  type FieldNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isIntrospectionType,
  isListType,
  isObjectType,
  Kind,
  type SelectionNode,
} from 'graphql';
import { jsonLength } from '../src/engines/nbformat/json-length.js';
import { type AnswerSize, answerSizeOf } from './answer-size.js';

/** The scalars whose values may be long. */
const longScalars: ReadonlySet<string> = new Set(['String', 'ID', 'JSON']);
/** What a value takes beside its name while an answer is made, about: as a member of its object, and as JSON. */
const bytesOfMember = 128;

type Resolver = GraphQLFieldResolver<unknown, unknown>;
type Count = (size: AnswerSize, value: unknown, info: GraphQLResolveInfo) => void;

/**
 * Makes the fields of a schema count what they answer, each time that they answer it: the same value under many aliases is read
 * once and written many times. Texts and JSON count with their bytes, lists of objects with the names of the fields of their
 * rows. All else is bounded by the text of the document, and what introspection answers by its cost.
 */
export function countAnswers(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const count = countOf(field);
      if (count) field.resolve = counted(field.resolve ?? defaultFieldResolver, count);
    }
  }
}

function countOf({ type }: GraphQLField<unknown, unknown>): Count | undefined {
  const named = getNamedType(type);
  if (longScalars.has(named.name)) return countValue;
  return isCompositeType(named) && isListType(getNullableType(type)) ? countNames : undefined;
}

function counted(resolve: Resolver, count: Count): Resolver {
  return (source, args, context, info) => {
    const size = answerSizeOf(info);
    size.check();
    const value = resolve(source, args, context, info);
    if (!isPromise(value)) {
      count(size, value, info);
      return value;
    }
    return value.then((found) => {
      count(size, found, info);
      return found;
    });
  };
}

function isPromise(value: unknown): value is Promise<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as Promise<unknown>).then === 'function'
  );
}

function countValue(size: AnswerSize, value: unknown): void {
  size.addValue(jsonLength(value));
}

function countNames(size: AnswerSize, value: unknown, info: GraphQLResolveInfo): void {
  if (Array.isArray(value)) size.addNames(value.length * bytesOfNames(info));
}

/** By the nodes of a field, which all rows around it share. */
const known = new WeakMap<readonly FieldNode[], number>();

function bytesOfNames({ fieldNodes, fragments }: GraphQLResolveInfo): number {
  let bytes = known.get(fieldNodes);
  if (bytes === undefined) {
    bytes = fieldNodes.reduce((sum, node) => sum + bytesWithin(node, fragments), 0);
    known.set(fieldNodes, bytes);
  }
  return bytes;
}

function bytesWithin(node: SelectionNode, fragments: GraphQLResolveInfo['fragments']): number {
  const { selectionSet } = node.kind === Kind.FRAGMENT_SPREAD ? fragments[node.name.value]! : node;
  return (selectionSet?.selections ?? []).reduce((sum, one) => {
    const name = one.kind === Kind.FIELD ? (one.alias ?? one.name).value.length + bytesOfMember : 0;
    return sum + name + bytesWithin(one, fragments);
  }, 0);
}
