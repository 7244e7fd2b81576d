import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** The operation of a document with its fragments by name. */
export interface ParsedDocument {
  operation: OperationDefinitionNode;
  fragments: Map<string, FragmentDefinitionNode>;
}

/** Splits a document into its one operation and its fragments. */
export function parseDocument(document: DocumentNode): ParsedDocument {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let operation: OperationDefinitionNode | undefined;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    if (definition.kind === Kind.OPERATION_DEFINITION) operation = definition;
  }
  return { operation: operation!, fragments };
}

/**
 * The fields that a selection has for one object type, by their keys in the answer. Fragments on other types are left out
 * (https://spec.graphql.org/October2021/#CollectFields()).
 */
export function fieldsOf(
  selection: SelectionSetNode,
  type: GraphQLObjectType,
  schema: GraphQLSchema,
  fragments: ParsedDocument['fragments'],
  into: Map<string, FieldNode> = new Map(),
): Map<string, FieldNode> {
  for (const one of selection.selections) {
    if (one.kind === Kind.FIELD) {
      into.set(one.alias?.value ?? one.name.value, one);
      continue;
    }
    const fragment = one.kind === Kind.FRAGMENT_SPREAD ? fragments.get(one.name.value)! : one;
    const on = fragment.typeCondition?.name.value;
    if (on === undefined || applies(on, type, schema))
      fieldsOf(fragment.selectionSet, type, schema, fragments, into);
  }
  return into;
}

function applies(on: string, type: GraphQLObjectType, schema: GraphQLSchema): boolean {
  if (on === type.name) return true;
  const condition = schema.getType(on);
  return isAbstractType(condition) && schema.isSubType(condition, type);
}

/** The object types that a value of a composite type may have. */
export function possibleTypes(name: string, schema: GraphQLSchema): readonly GraphQLObjectType[] {
  const type = schema.getType(name);
  if (isObjectType(type)) return [type];
  return isAbstractType(type) ? schema.getPossibleTypes(type) : [];
}

/** The one fragment that a selection consists of; undefined where it has fields or several fragments. */
export function onlyFragment(
  selection: SelectionSetNode,
  fragments: ParsedDocument['fragments'],
): FragmentDefinitionNode | undefined {
  const [first, ...others] = selection.selections;
  if (first?.kind !== Kind.FRAGMENT_SPREAD || others.length > 0) return undefined;
  return fragments.get(first.name.value);
}
