import { type DocumentNode, type GraphQLError, type GraphQLSchema, getOperationAST, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import { DomainError } from '../../../errors.js';
import { guardDocument } from './document-guard.js';
import { parseDocument } from './parse-document.js';
import { queryCost } from './query-cost.js';
import { unknownOperation } from './unknown-operation.js';

/** What {@link ClientDocuments} uses. */
export interface ClientDocumentsDeps {
  schema: GraphQLSchema;
  /** The maximum cost of an operation, see `queryCost`; 0 for no limit. */
  costLimit: number;
}

/** An operation of a client, before it is executed. */
export interface ClientOperation {
  document: DocumentNode;
  operationName?: string | null;
  variableValues?: Readonly<Record<string, unknown>> | null;
}

const maxCachedText = 256 * 1024;
const maxEntryText = 16 * 1024;
const maxErrors = 20;

/** The documents that clients send: parsed and checked for all transports alike. Valid ones are kept by their text. */
export class ClientDocuments {
  readonly #deps: ClientDocumentsDeps;
  /** A parsed document takes about a hundred times the memory of its text. */
  readonly #parsed = new LRUCache<string, DocumentNode>({
    maxSize: maxCachedText,
    maxEntrySize: maxEntryText,
    sizeCalculation: (_document, text) => text.length + 1,
  });
  readonly #valid = new WeakSet<DocumentNode>();

  constructor(deps: ClientDocumentsDeps) {
    this.#deps = deps;
  }

  /** Parses a text as {@link parseDocument} does. @throws DomainError `invalid_request` @throws GraphQLError */
  parse(text: string): DocumentNode {
    const known = this.#parsed.get(text);
    if (known) return known;
    const document = parseDocument(text);
    this.#parsed.set(text, document);
    return document;
  }

  /** Runs {@link guardDocument}, then the validation of the GraphQL specification. @returns at most 21 errors */
  validate(document: DocumentNode): readonly GraphQLError[] {
    if (this.#valid.has(document)) return [];
    const refusal = guardDocument(document);
    if (refusal) return [refusal];
    const errors = validate(this.#deps.schema, document, undefined, { maxErrors });
    if (errors.length === 0) this.#valid.add(document);
    return errors;
  }

  /**
   * Refuses an operation for its variables or its cost, before its variables are coerced.
   * @returns the cost
   * @throws DomainError `invalid_request` for an operation that the document does not have, or a variable that the operation
   *   does not declare; `query_too_expensive`
   */
  check({ document, operationName, variableValues }: ClientOperation): number {
    const { schema, costLimit } = this.#deps;
    refuseUnknownVariables({ document, operationName, variableValues });
    const cost = queryCost(schema, document, variableValues, operationName);
    if (costLimit === 0 || cost <= costLimit) return cost;
    throw new DomainError(
      'query_too_expensive',
      `The operation costs ${cost}, and at most ${costLimit} is allowed; ask for smaller pages or fewer fields.`,
      { extra: { cost, limit: costLimit } },
    );
  }
}

function refuseUnknownVariables({ document, operationName, variableValues }: ClientOperation): void {
  const operation = getOperationAST(document, operationName);
  if (!operation) throw unknownOperation();
  if (!variableValues) return;
  const declared = new Set(operation.variableDefinitions?.map(({ variable }) => variable.name.value));
  for (const name in variableValues) {
    if (declared.has(name)) continue;
    throw new DomainError(
      'invalid_request',
      `The operation does not declare the variable ${JSON.stringify(`$${name.slice(0, 100)}`)}; declare it, or leave it out.`,
    );
  }
}
