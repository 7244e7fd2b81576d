import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  getOperationAST,
  isCompositeType,
  isIntrospectionType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { PageSize } from '../../../../schema/connection.js';
import { fieldOf } from './field-of.js';
import { introspectionListSize } from './introspection-list-size.js';

// In hundredths, so that sums are exact.
const leafCost = 10;
const objectCost = 100;
/** The characters of an alias that cost as much as a value. */
const aliasLength = 100;
/** What a field with arguments costs: it reads from the database or from Git. */
const readCost = 1_000;
/** Introspection reads nothing. It has no discount for aliases, which repeat its texts. */
const introspectionFactor = 0.2;
type Variables = Readonly<Record<string, unknown>> | null | undefined;

/**
 * Computes what an operation costs at most, before it is executed: 1 for each object that it may answer, 10 more for each
 * object, list or page with arguments, because it is read, 0.1 for each value, also `__typename`, and 0.1 for every 100
 * characters of an alias. A page counts as many objects as it may have rows, and any other list as many as
 * `extensions.listSize` of its field says: the maximum, or what is usual. `countAnswers` bounds what is longer. Fields count
 * as they are written: also those that `@skip` leaves out, and each type's of an interface.
 * @param document a document that is valid for the schema
 * @param variables before or after they are coerced; numbers may be strings of digits
 * @returns a whole number from 0 on; 0 when the document has no such operation
 */
export function queryCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables?: Variables,
  operationName?: string | null,
): number {
  const operation = getOperationAST(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) return 0;
  const { fixed, perRow } = new CostVisitor(schema, document, operation, variables).ofSelections(
    operation.selectionSet,
    root,
  );
  return Math.ceil((fixed + perRow) / 100);
}

/** The cost of selections in hundredths, of which a part counts once for each row of the page around them. */
interface Cost {
  fixed: number;
  perRow: number;
}

class CostVisitor {
  readonly #schema: GraphQLSchema;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #costs = new Map<string, Cost>();
  readonly #operation: OperationDefinitionNode;
  readonly #variables: Variables;

  constructor(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Variables,
  ) {
    this.#schema = schema;
    this.#operation = operation;
    this.#variables = variables;
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION)
        this.#fragments.set(definition.name.value, definition);
    }
  }

  ofSelections(selections: SelectionSetNode | undefined, parent: GraphQLCompositeType): Cost {
    const total: Cost = { fixed: 0, perRow: 0 };
    for (const selection of selections?.selections ?? []) {
      const cost =
        selection.kind === Kind.FIELD
          ? this.#ofField(selection, parent)
          : selection.kind === Kind.FRAGMENT_SPREAD
            ? this.#ofFragment(selection.name.value)
            : this.ofSelections(
                selection.selectionSet,
                this.#typeNamed(selection.typeCondition?.name.value) ?? parent,
              );
      total.fixed += cost.fixed;
      total.perRow += cost.perRow;
    }
    return total;
  }

  #ofFragment(name: string): Cost {
    let cost = this.#costs.get(name);
    if (!cost) {
      const fragment = this.#fragments.get(name);
      const type = this.#typeNamed(fragment?.typeCondition.name.value);
      cost = fragment && type ? this.ofSelections(fragment.selectionSet, type) : { fixed: 0, perRow: 0 };
      this.#costs.set(name, cost);
    }
    return cost;
  }

  #ofField(node: FieldNode, parent: GraphQLCompositeType): Cost {
    const field = fieldOf(this.#schema, parent, node.name.value);
    const type = field && getNamedType(field.type);
    const isIntrospection = [type, parent].some((one) => one && isIntrospectionType(one));
    const factor = isIntrospection && !node.alias ? introspectionFactor : 1;
    const ofName = leafCost * Math.floor((node.alias?.value.length ?? 0) / aliasLength);
    // The only field without a definition is `__typename`.
    if (!field || !isCompositeType(type)) return { fixed: leafCost * factor + ofName, perRow: 0 };
    const inner = this.ofSelections(node.selectionSet, type);
    const pageSize = pageSizeOf(field);
    if (pageSize) {
      const rows = this.#rows(node, pageSize);
      return { fixed: objectCost + readCost + ofName + inner.fixed + rows * inner.perRow, perRow: 0 };
    }
    const read = field.args.length > 0 ? readCost * factor : 0;
    const one = objectCost * factor + ofName + inner.fixed;
    if (field.extensions.isRows) return { fixed: 0, perRow: read + one };
    const length = isListType(getNullableType(field.type)) ? this.#length(field) : 1;
    return { fixed: read + length * one, perRow: 0 };
  }

  #length(field: GraphQLField<unknown, unknown>): number {
    return introspectionListSize(this.#schema, field) ?? (field.extensions.listSize as number);
  }

  /** The number of rows that a page has at most. */
  #rows(node: FieldNode, { defaultSize, maxSize }: PageSize): number {
    const size = this.#argument(node, 'first') ?? this.#argument(node, 'limit') ?? defaultSize;
    return Number.isNaN(size) ? maxSize : Math.max(0, Math.min(size, maxSize));
  }

  /** An argument's number, NaN when it is something else; undefined when it is absent or null. */
  #argument(node: FieldNode, name: string): number | undefined {
    const value = node.arguments?.find((argument) => argument.name.value === name)?.value;
    if (!value || value.kind === Kind.NULL) return undefined;
    if (value.kind === Kind.INT) return Number(value.value);
    if (value.kind !== Kind.VARIABLE) return Number.NaN;
    const variable = value.name.value;
    const given = this.#variables?.[variable];
    if (given === null) return undefined;
    if (given !== undefined) return Number(given);
    const definition = this.#operation.variableDefinitions?.find(
      (one) => one.variable.name.value === variable,
    );
    return definition?.defaultValue?.kind === Kind.INT ? Number(definition.defaultValue.value) : undefined;
  }

  #typeNamed(name: string | undefined): GraphQLCompositeType | undefined {
    const type = name === undefined ? undefined : this.#schema.getType(name);
    return isCompositeType(type) ? type : undefined;
  }
}

function pageSizeOf(field: GraphQLField<unknown, unknown>): PageSize | undefined {
  return field.args.find(({ name }) => name === 'first')?.extensions.pageSize as PageSize | undefined;
}
