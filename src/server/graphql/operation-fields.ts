import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getOperationAST,
  Kind,
  type SelectionSetNode,
} from 'graphql';

/**
 * What an operation asks for, e.g. `mutation saveFile`, or `query several` for more than one field. A valid document has only
 * fields of the schema, so the number of results is bounded.
 * @param document was validated
 * @returns undefined when the document does not have the operation
 */
export function operationFields(
  document: DocumentNode,
  operationName: string | null | undefined,
): string | undefined {
  const operation = getOperationAST(document, operationName);
  if (!operation) return undefined;
  const names = new Set<string>();
  addFields(operation.selectionSet, document, names, new Set());
  const [first, second] = names;
  return `${operation.operation} ${second === undefined ? first : 'several'}`;
}

function addFields(
  { selections }: SelectionSetNode,
  document: DocumentNode,
  names: Set<string>,
  visited: Set<string>,
): void {
  for (const selection of selections) {
    if (names.size > 1) return;
    if (selection.kind === Kind.FIELD) names.add(selection.name.value);
    else if (selection.kind === Kind.INLINE_FRAGMENT)
      addFields(selection.selectionSet, document, names, visited);
    else if (!visited.has(selection.name.value)) {
      visited.add(selection.name.value);
      const fragment = fragmentOf(document, selection.name.value);
      if (fragment) addFields(fragment.selectionSet, document, names, visited);
    }
  }
}

function fragmentOf(document: DocumentNode, name: string): FragmentDefinitionNode | undefined {
  return document.definitions.find(
    (definition): definition is FragmentDefinitionNode =>
      definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
  );
}
