import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isListType,
  isNonNullType,
  isScalarType,
  type SelectionSetNode,
} from 'graphql';
import { type Components, type JsonSchema, objectOf, orNull, refTo } from './json-schema.js';
import { scalarSchemas } from './scalar-schemas.js';
import { fieldsOf, onlyFragment, type ParsedDocument, parseDocument, possibleTypes } from './selection.js';

type Fragments = ParsedDocument['fragments'];

/** A selected field, its definition in the GraphQL schema, and the fragments of its document. */
interface SelectedField {
  field: FieldNode;
  definition: GraphQLField<unknown, unknown>;
  fragments: Fragments;
}

/**
 * The JSON schemas of what documents answer, by the GraphQL schema that they are executed on. A selection that consists of
 * one fragment becomes a named schema: `WorkerBody` is `Worker`.
 */
export class DataSchemas {
  readonly #schema: GraphQLSchema;
  readonly #components: Components;

  /** @param deps.components gets the named schemas */
  constructor(deps: { schema: GraphQLSchema; components: Components }) {
    this.#schema = deps.schema;
    this.#components = deps.components;
  }

  /** The schema of the value at a dotted path of a document's data. */
  at(document: DocumentNode, path: string): JsonSchema {
    const { field, definition, fragments } = this.#find(document, path);
    return this.#typed(definition.type, field, fragments);
  }

  /** One schema for each object type that the value at a path may have, by the name of the type. */
  alternativesAt(document: DocumentNode, path: string): Map<string, JsonSchema> {
    const { field, definition, fragments } = this.#find(document, path);
    const all = this.#alternatives(getNamedType(definition.type).name, field.selectionSet!, fragments);
    const described = ([name, schema]: [string, JsonSchema]) =>
      [name, { ...descriptionOf(this.#schema.getType(name)?.description), ...schema }] as const;
    return new Map([...all].map(described));
  }

  #find(document: DocumentNode, path: string): SelectedField {
    const { operation, fragments } = parseDocument(document);
    let type = this.#schema.getRootType(operation.operation)!;
    let selection = operation.selectionSet;
    let found: SelectedField | undefined;
    for (const key of path.split('.')) {
      const field = fieldsOf(selection, type, this.#schema, fragments).get(key);
      if (!field) throw new Error(`No document answers ${path}: ${key} is not selected.`);
      const definition = type.getFields()[field.name.value]!;
      found = { field, definition, fragments };
      type = getNamedType(definition.type) as GraphQLObjectType;
      selection = field.selectionSet!;
    }
    return found!;
  }

  #alternatives(name: string, selection: SelectionSetNode, fragments: Fragments): Map<string, JsonSchema> {
    return new Map(
      possibleTypes(name, this.#schema).map((type) => {
        const properties: Record<string, JsonSchema> = {};
        for (const [key, field] of fieldsOf(selection, type, this.#schema, fragments)) {
          const definition = type.getFields()[field.name.value]!;
          properties[key] = this.#described({ field, definition, fragments });
        }
        return [type.name, objectOf(properties)];
      }),
    );
  }

  #composite(name: string, selection: SelectionSetNode, fragments: Fragments): JsonSchema {
    const fragment = onlyFragment(selection, fragments);
    if (fragment) {
      const component = fragment.name.value.replace(/Body$/, '');
      if (!this.#components.has(component)) {
        const described = this.#composite(name, fragment.selectionSet, fragments);
        const text = descriptionOf(this.#schema.getType(name)?.description);
        this.#components.set(component, { ...text, ...described });
      }
      return refTo(component);
    }
    const all = [...this.#alternatives(name, selection, fragments).values()];
    return all.length === 1 ? all[0]! : { oneOf: all };
  }

  #typed(type: GraphQLOutputType, field: FieldNode, fragments: Fragments): JsonSchema {
    if (isNonNullType(type)) return this.#nonNull(type.ofType, field, fragments);
    return orNull(this.#nonNull(type, field, fragments));
  }

  #nonNull(type: GraphQLOutputType, field: FieldNode, fragments: Fragments): JsonSchema {
    if (isListType(type)) return { type: 'array', items: this.#typed(type.ofType, field, fragments) };
    if (isEnumType(type)) return { type: 'string', enum: type.getValues().map((value) => value.name) };
    if (isScalarType(type)) return scalarSchemas[type.name] ?? {};
    return this.#composite(getNamedType(type).name, field.selectionSet!, fragments);
  }

  #described({ field, definition, fragments }: SelectedField): JsonSchema {
    return { ...descriptionOf(definition.description), ...this.#typed(definition.type, field, fragments) };
  }
}

function descriptionOf(description: string | null | undefined): JsonSchema {
  return description ? { description } : {};
}
