import {
  type ASTNode,
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { FieldFault } from '../../errors.js';
import { enclosingNodes } from './enclosing-nodes.js';
import { anyValue, maxOtherLength, maxTextLength, maxVariableLengths } from './max-text-length.js';

/**
 * Finds the texts that a document itself has, in its arguments and in the defaults of its variables, and that are longer than
 * their fields allow.
 * @param document is valid for the schema
 */
export function literalFaults(schema: GraphQLSchema, document: DocumentNode): FieldFault[] {
  const text = document.loc?.source.body;
  if (text !== undefined && text.length <= maxOtherLength) return [];
  const faults: FieldFault[] = [];
  const types = new TypeInfo(schema);
  const visitor = visitWithTypeInfo(types, {
    StringValue(node, _key, parent, _path, ancestors) {
      // Every field allows it. A document has few longer ones, and what follows may visit all of it for each.
      if (node.value.length <= maxOtherLength) return;
      const type = getNamedType(types.getInputType());
      if (!type || type.name === anyValue) return;
      const { path, max } = fieldOf(enclosingNodes(ancestors, parent), document);
      if (node.value.length > max)
        faults.push({ path, message: `must have at most ${max} characters`, type: 'too_long' });
    },
  });
  visit(document, visitor);
  return faults;
}

/** The path leaves out an argument or a variable that is an object, as the faults of variables do. */
function fieldOf(nodes: ASTNode[], document: DocumentNode): { path: [string, ...string[]]; max: number } {
  const [first, ...more] = nodes.flatMap((node) =>
    node.kind === Kind.OBJECT_FIELD ? [node.name.value] : [],
  );
  if (first !== undefined) return { path: [first, ...more], max: maxTextLength(more.at(-1) ?? first) };
  const holder = nodes.findLast(({ kind }) => kind === Kind.ARGUMENT || kind === Kind.VARIABLE_DEFINITION);
  if (holder?.kind === Kind.VARIABLE_DEFINITION) {
    const name = holder.variable.name.value;
    return { path: [name], max: maxVariableLengths(document).get(name) ?? maxOtherLength };
  }
  const name = holder?.kind === Kind.ARGUMENT ? holder.name.value : 'query';
  return { path: [name], max: maxTextLength(name) };
}
