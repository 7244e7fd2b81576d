import { BREAK, type DocumentNode, type GraphQLSchema, TypeInfo, visit, visitWithTypeInfo } from 'graphql';

const known = new WeakMap<DocumentNode, boolean>();

/**
 * Whether a document selects a field that only the owner of the runtime resolves: one with `extensions.needsRuntime`. With
 * several operations in it, all of them count.
 * @param document one that was validated
 */
export function needsRuntime(schema: GraphQLSchema, document: DocumentNode): boolean {
  let needs = known.get(document);
  if (needs === undefined) {
    needs = selectsOne(schema, document);
    known.set(document, needs);
  }
  return needs;
}

function selectsOne(schema: GraphQLSchema, document: DocumentNode): boolean {
  const info = new TypeInfo(schema);
  let found = false;
  const enter = () => {
    found = info.getFieldDef()?.extensions.needsRuntime === true;
    return found ? BREAK : undefined;
  };
  visit(document, visitWithTypeInfo(info, { Field: { enter } }));
  return found;
}
