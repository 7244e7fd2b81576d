import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

const maxFields = 2_000;
const maxDepth = 20;
const maxDefinitions = 60;
const maxPairs = 10_000;

/**
 * Refuses a document that would be slow to validate: one with more than 60 operations and fragments, 2,000 fields or 20
 * levels of fields, with the fragments expanded in every operation, or whose fields repeat each other too often. It must
 * run before validation, because the rules for overlapping fields compare each pair of fields with the same name.
 * @returns the error; null when the document is small enough
 */
export function guardDocument(document: DocumentNode): GraphQLError | null {
  try {
    if (document.definitions.length > maxDefinitions)
      throw new GraphQLError(`A document may have at most ${maxDefinitions} operations and fragments.`);
    const measurement = new Measurement(document);
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) measurement.checkFragment(definition.name.value);
      if (definition.kind === Kind.OPERATION_DEFINITION) measurement.addOperation(definition.selectionSet);
    }
    return null;
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
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
  #fields = 0;
  #pairs = 0;

  constructor(document: DocumentNode) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION)
        this.#fragments.set(definition.name.value, definition);
    }
  }

  /** @throws GraphQLError when the fragment is too large, or contains itself */
  checkFragment(name: string): void {
    this.#ofFragment(name);
  }

  /** @throws GraphQLError when the operations so far are too large together */
  addOperation(selections: SelectionSetNode): void {
    const { fields } = this.#ofSelections(selections);
    this.#fields += fields;
    if (this.#fields > maxFields) throw tooLarge();
    this.#countPairs([selections]);
  }

  #ofSelections(selections: SelectionSetNode | undefined): Size {
    let fields = 0;
    let depth = 0;
    for (const selection of selections?.selections ?? []) {
      const size = this.#ofSelection(selection);
      fields += size.fields;
      depth = Math.max(depth, size.depth);
      if (fields > maxFields || depth > maxDepth) throw tooLarge();
    }
    return { fields, depth };
  }

  #ofSelection(selection: SelectionNode): Size {
    // Spreads and inline fragments count too: nested ones without a field would be expanded as often.
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const { fields, depth } = this.#ofFragment(selection.name.value);
      return { fields: fields + 1, depth };
    }
    const { fields, depth } = this.#ofSelections(selection.selectionSet);
    return { fields: fields + 1, depth: depth + (selection.kind === Kind.FIELD ? 1 : 0) };
  }

  #ofFragment(name: string): Size {
    const known = this.#sizes.get(name);
    if (known) return known;
    if (this.#open.has(name)) throw new GraphQLError(`Cannot spread fragment "${name}" within itself.`);
    this.#open.add(name);
    const size = this.#ofSelections(this.#fragments.get(name)?.selectionSet);
    this.#open.delete(name);
    this.#sizes.set(name, size);
    return size;
  }

  /** Counts the pairs of fields with one response name at one path, as if all selections were merged. */
  #countPairs(merged: SelectionSetNode[]): void {
    const fields = new Map<string, FieldNode[]>();
    for (const selections of merged) this.#collect(selections, fields);
    for (const same of fields.values()) {
      this.#pairs += (same.length * (same.length - 1)) / 2;
      if (this.#pairs > maxPairs)
        throw new GraphQLError('The document repeats the same fields too often; select each field once.');
      this.#countPairs(same.flatMap(({ selectionSet }) => selectionSet ?? []));
    }
  }

  #collect(selections: SelectionSetNode, fields: Map<string, FieldNode[]>): void {
    for (const selection of selections.selections) {
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const same = fields.get(name);
        if (same) same.push(selection);
        else fields.set(name, [selection]);
      } else {
        const inner =
          selection.kind === Kind.FRAGMENT_SPREAD ? this.#fragments.get(selection.name.value) : selection;
        if (inner) this.#collect(inner.selectionSet, fields);
      }
    }
  }
}

function tooLarge(): GraphQLError {
  return new GraphQLError(
    `A document may have at most ${maxFields} fields and ${maxDepth} levels, with its fragments expanded.`,
  );
}
