import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  parse,
  type SelectionSetNode,
  validate,
} from 'graphql';

/** The limits of a document that comes from outside. */
export const mostTokens = 5_000;
const mostFields = 2_000;
const deepest = 20;

/** Parses a document of bounded length. @throws GraphQLError */
export function parseGuarded(source: string): DocumentNode {
  return parse(source, { maxTokens: mostTokens });
}

/**
 * Refuses a document whose fragments, spread out, have too many fields or nest too deeply. It must come before
 * validation: the rule for overlapping fields takes exponential time on fragments that nest in each other.
 */
export function guardDocument(document: DocumentNode): GraphQLError | null {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const known = new Map<string, { fields: number; depth: number }>();
  const open = new Set<string>();

  function measure(selections: SelectionSetNode | undefined): { fields: number; depth: number } {
    let fields = 0;
    let depth = 0;
    for (const selection of selections?.selections ?? []) {
      let inner: { fields: number; depth: number };
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        inner = measureFragment(selection.name.value);
      } else {
        const own = selection.kind === Kind.FIELD ? 1 : 0;
        const below = measure(selection.selectionSet);
        inner = { fields: below.fields + own, depth: below.depth + own };
      }
      fields += inner.fields;
      depth = Math.max(depth, inner.depth);
      if (fields > mostFields || depth > deepest) throw new GraphQLError(tooLarge);
    }
    return { fields, depth };
  }

  function measureFragment(name: string): { fields: number; depth: number } {
    const before = known.get(name);
    if (before) return before;
    if (open.has(name)) throw new GraphQLError(`Cannot spread fragment "${name}" within itself.`);
    open.add(name);
    const size = measure(fragments.get(name)?.selectionSet);
    open.delete(name);
    known.set(name, size);
    return size;
  }

  try {
    for (const definition of document.definitions) {
      if ('selectionSet' in definition) measure(definition.selectionSet);
    }
    return null;
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}

const tooLarge = `A document may have at most ${mostFields} fields, its fragments spread out, and ${deepest} levels.`;

/** {@link guardDocument}, then the validation of the specification. */
export function validateGuarded(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  const refused = guardDocument(document);
  return refused ? [refused] : validate(schema, document);
}
