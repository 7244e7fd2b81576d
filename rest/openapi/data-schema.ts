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
import { fieldsOf, onlyFragment, type ParsedDocument, parseDocument, possibleTypes } from './selection.js';

const scalars: Record<string, JsonSchema> = {
  ID: { type: 'string' },
  String: { type: 'string' },
  Int: { type: 'integer' },
  Float: { type: 'number' },
  Boolean: { type: 'boolean' },
  DateTime: { type: 'string', format: 'date-time' },
};

/** The schemas of what documents answer, by the GraphQL schema that they are executed on. */
export interface DataSchemas {
  /** The schema of what stands at a dotted path of a document's data. */
  at(document: DocumentNode, path: string): JsonSchema;
  /** One schema for each object type that may stand there, by the type's name. */
  alternativesAt(document: DocumentNode, path: string): Map<string, JsonSchema>;
}

/**
 * Makes {@link DataSchemas}. A selection that is nothing but a fragment becomes a named schema: `WorkerBody` is `Worker`.
 * @param components takes the named schemas
 */
export function describeData(schema: GraphQLSchema, components: Components): DataSchemas {
  /** A field on the way with the document that it stands in. */
  interface Place {
    field: FieldNode;
    definition: GraphQLField<unknown, unknown>;
    fragments: ParsedDocument['fragments'];
  }

  function find(document: DocumentNode, path: string): Place {
    const { operation, fragments } = parseDocument(document);
    let type = schema.getRootType(operation.operation)!;
    let selection = operation.selectionSet;
    let place: Place | undefined;
    for (const key of path.split('.')) {
      const field = fieldsOf(selection, type, schema, fragments).get(key);
      if (!field) throw new Error(`No document answers ${path}: ${key} is not selected.`);
      const definition = type.getFields()[field.name.value]!;
      place = { field, definition, fragments };
      type = getNamedType(definition.type) as GraphQLObjectType;
      selection = field.selectionSet!;
    }
    return place!;
  }

  function alternatives(
    name: string,
    selection: SelectionSetNode,
    fragments: ParsedDocument['fragments'],
  ): Map<string, JsonSchema> {
    return new Map(
      possibleTypes(name, schema).map((type) => {
        const properties: Record<string, JsonSchema> = {};
        for (const [key, field] of fieldsOf(selection, type, schema, fragments)) {
          const definition = type.getFields()[field.name.value]!;
          properties[key] = describe(field, definition, fragments);
        }
        return [type.name, objectOf(properties)];
      }),
    );
  }

  function composite(
    name: string,
    selection: SelectionSetNode,
    fragments: ParsedDocument['fragments'],
  ): JsonSchema {
    const fragment = onlyFragment(selection, fragments);
    if (fragment) {
      const component = fragment.name.value.replace(/Body$/, '');
      if (!components.has(component)) {
        const described = composite(name, fragment.selectionSet, fragments);
        components.set(component, { ...withText(schema.getType(name)?.description), ...described });
      }
      return refTo(component);
    }
    const all = [...alternatives(name, selection, fragments).values()];
    return all.length === 1 ? all[0]! : { oneOf: all };
  }

  function typed(
    type: GraphQLOutputType,
    field: FieldNode,
    fragments: ParsedDocument['fragments'],
  ): JsonSchema {
    if (!isNonNullType(type)) return orNull(strict(type, field, fragments));
    return strict(type.ofType, field, fragments);
  }

  function strict(
    type: GraphQLOutputType,
    field: FieldNode,
    fragments: ParsedDocument['fragments'],
  ): JsonSchema {
    if (isListType(type)) return { type: 'array', items: typed(type.ofType, field, fragments) };
    if (isEnumType(type)) return { type: 'string', enum: type.getValues().map((value) => value.name) };
    if (isScalarType(type)) return scalars[type.name] ?? {};
    return composite(getNamedType(type).name, field.selectionSet!, fragments);
  }

  function describe(
    field: FieldNode,
    definition: GraphQLField<unknown, unknown>,
    fragments: ParsedDocument['fragments'],
  ): JsonSchema {
    return { ...withText(definition.description), ...typed(definition.type, field, fragments) };
  }

  return {
    at(document, path) {
      const { field, definition, fragments } = find(document, path);
      return typed(definition.type, field, fragments);
    },
    alternativesAt(document, path) {
      const { field, definition, fragments } = find(document, path);
      return alternatives(getNamedType(definition.type).name, field.selectionSet!, fragments);
    },
  };
}

function withText(description: string | null | undefined): JsonSchema {
  return description ? { description } : {};
}
