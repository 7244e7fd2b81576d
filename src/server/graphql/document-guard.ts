import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  parse,
  type SelectionNode,
  type SelectionSetNode,
  validate,
} from 'graphql';

/** The maximum number of tokens in a client's document. */
export const maxTokens = 5_000;
const maxFields = 2_000;
const maxDepth = 20;

/** Parses a document of at most {@link maxTokens}. @throws GraphQLError */
export function parseGuarded(source: string): DocumentNode {
  return parse(source, { maxTokens });
}

/**
 * Refuses a document that has more than 2,000 fields or 20 levels when its fragments are expanded. It must run before
 * validation, because the rule for overlapping fields takes exponential time on nested fragments.
 * @returns the error; null when the document is small enough
 */
export function guardDocument(document: DocumentNode): GraphQLError | null {
  const measurement = new Measurement(document);
  try {
    for (const definition of document.definitions) {
      if ('selectionSet' in definition) measurement.ofSelections(definition.selectionSet);
    }
    return null;
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}

/** Runs {@link guardDocument}, then the validation of the GraphQL specification. */
export function validateGuarded(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  const refusal = guardDocument(document);
  return refusal ? [refusal] : validate(schema, document);
}

interface Size {
  fields: number;
  depth: number;
}

/** Measures selections with their fragments expanded; each fragment is measured once. */
class Measurement {
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #sizes = new Map<string, Size>();
  /** The fragments that are being measured. */
  readonly #open = new Set<string>();

  constructor(document: DocumentNode) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION)
        this.#fragments.set(definition.name.value, definition);
    }
  }

  /** @throws GraphQLError when the selections are too large, or a fragment contains itself */
  ofSelections(selections: SelectionSetNode | undefined): Size {
    let fields = 0;
    let depth = 0;
    for (const selection of selections?.selections ?? []) {
      const size = this.#ofSelection(selection);
      fields += size.fields;
      depth = Math.max(depth, size.depth);
      if (fields > maxFields || depth > maxDepth) {
        throw new GraphQLError(
          `A document may have at most ${maxFields} fields and ${maxDepth} levels, with its fragments expanded.`,
        );
      }
    }
    return { fields, depth };
  }

  #ofSelection(selection: SelectionNode): Size {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return this.#ofFragment(selection.name.value);
    const own = selection.kind === Kind.FIELD ? 1 : 0;
    const { fields, depth } = this.ofSelections(selection.selectionSet);
    return { fields: fields + own, depth: depth + own };
  }

  #ofFragment(name: string): Size {
    const known = this.#sizes.get(name);
    if (known) return known;
    if (this.#open.has(name)) throw new GraphQLError(`Cannot spread fragment "${name}" within itself.`);
    this.#open.add(name);
    const size = this.ofSelections(this.#fragments.get(name)?.selectionSet);
    this.#open.delete(name);
    this.#sizes.set(name, size);
    return size;
  }
}
