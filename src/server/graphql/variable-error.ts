import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
  type GraphQLSchema,
  getNullableType,
  getOperationAST,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { isJsonObject } from '../../engines/nbformat/json-object.js';
import { FieldError, type FieldFault, type FieldPath } from '../../errors.js';
import { literalFaults } from './literal-faults.js';
import { anyValue, maxOtherLength, maxTextLength, maxVariableLengths } from './max-text-length.js';

/** More faults are not reported, so that an answer stays short. */
const maxFaults = 20;
/** No list that a command takes may have more; the command itself checks the exact limit. */
const maxItems = 20_000;

type Words = Pick<FieldFault, 'message' | 'type'>;

const wordsOfScalars: Record<string, Words> = {
  Boolean: { message: 'must be true or false', type: 'invalid_type' },
  Float: { message: 'must be a number', type: 'invalid_type' },
  ID: { message: 'must be a string', type: 'invalid_type' },
  Int: { message: 'must be a whole number from -2147483648 to 2147483647', type: 'invalid_type' },
  String: { message: 'must be a string', type: 'invalid_type' },
  DateTime: { message: 'must be a time as in RFC 3339, e.g. "2026-01-31T12:00:00Z"', type: 'invalid' },
};

/** What the values of an operation's variables may be, and the values. */
export interface VariableInput {
  schema: GraphQLSchema;
  document: DocumentNode;
  operationName?: string | null;
  variableValues?: Readonly<Record<string, unknown>> | null;
}

/** An `invalid_request` with all that {@link variableFaults} finds; null when it finds nothing. */
export function variableError(input: VariableInput): GraphQLError | null {
  const [first, ...more] = variableFaults(input);
  if (!first) return null;
  const originalError = new FieldError('invalid_request', [first, ...more]);
  return new GraphQLError(originalError.message, { originalError });
}

/** {@link variableError} as the result of an operation that is not executed; null when it finds nothing. */
export function refusedVariables(input: VariableInput): ExecutionResult | null {
  const error = variableError(input);
  return error && { errors: [error] };
}

/**
 * Finds the values of variables that their types do not allow, and the texts of the document that are too long.
 * graphql-js finds the same, but describes each in a sentence of its own, from which a program cannot take the field.
 * @param input a document that is valid for the schema
 * @returns at most 20 faults. The path of a fault in an input object leaves out the variable, as the faults of commands do
 */
function variableFaults(input: VariableInput): FieldFault[] {
  const operation = getOperationAST(input.document, input.operationName);
  if (!operation) return [];
  const ofVariables = new VariableFaults(input).of(operation, input.variableValues ?? {});
  return [...ofVariables, ...literalFaults(input.schema, input.document)].slice(0, maxFaults);
}

class VariableFaults {
  readonly #schema: GraphQLSchema;
  readonly #document: DocumentNode;
  readonly #faults: FieldFault[] = [];
  #maxLengths: ReadonlyMap<string, number> | undefined;
  #variable = '';
  /** Whether the variable is an input object, whose name is in no path. */
  #isObject = false;

  constructor({ schema, document }: Pick<VariableInput, 'schema' | 'document'>) {
    this.#schema = schema;
    this.#document = document;
  }

  of(operation: OperationDefinitionNode, values: Readonly<Record<string, unknown>>): FieldFault[] {
    for (const { variable, type: node, defaultValue } of operation.variableDefinitions ?? []) {
      const name = variable.name.value;
      const type = typeFromAST(this.#schema, node as never) as GraphQLInputType | undefined;
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      if (!type || (value === undefined && defaultValue)) continue;
      this.#variable = name;
      this.#isObject = isInputObjectType(getNullableType(type));
      this.#visit(value, type, this.#isObject ? [] : [name]);
    }
    return this.#faults;
  }

  #visit(value: unknown, type: GraphQLInputType, path: FieldPath): void {
    if (this.#faults.length === maxFaults) return;
    if (isNonNullType(type)) {
      if (value === undefined) this.#add(path, 'is required', 'missing');
      else if (value === null) this.#add(path, 'must not be null', 'null');
      else this.#visit(value, type.ofType, path);
    } else if (value == null) return;
    else if (isListType(type)) this.#visitList(value, type.ofType, path);
    else if (isInputObjectType(type)) this.#visitObject(value, type, path);
    else this.#visitLeaf(value, type, path);
  }

  /** A single value counts as a list of one. */
  #visitList(value: unknown, itemType: GraphQLInputType, path: FieldPath): void {
    if (!Array.isArray(value)) this.#visit(value, itemType, path);
    else if (value.length > maxItems) this.#add(path, `must have at most ${maxItems} items`, 'too_long');
    else for (const [index, item] of value.entries()) this.#visit(item, itemType, [...path, index]);
  }

  #visitObject(value: unknown, type: GraphQLInputObjectType, path: FieldPath): void {
    if (!isJsonObject(value)) {
      this.#add(path, 'must be an object', 'invalid_type');
      return;
    }
    const fields = type.getFields();
    for (const { name, type: fieldType, defaultValue } of Object.values(fields)) {
      const member = Object.hasOwn(value, name) ? value[name] : undefined;
      if (member !== undefined || defaultValue === undefined) this.#visit(member, fieldType, [...path, name]);
    }
    for (const name of Object.keys(value)) {
      if (this.#faults.length === maxFaults) return;
      if (!Object.hasOwn(fields, name)) this.#add([...path, name], 'is not a known field', 'unknown_field');
    }
    if (type.isOneOf && Object.values(value).filter((member) => member != null).length !== 1)
      this.#add(path, 'must have exactly one field', 'invalid');
  }

  #visitLeaf(value: unknown, type: GraphQLLeafType, path: FieldPath): void {
    if (type.name === anyValue) return;
    if (typeof value === 'string' && value.length > maxOtherLength && this.#isTooLong(value, path)) return;
    try {
      if (type.parseValue(value) !== undefined) return;
    } catch {
      // Reported below: the library's sentence quotes the value, which can have any length.
    }
    const { message, type: word } = isEnumType(type)
      ? {
          message: `must be one of ${type
            .getValues()
            .map(({ name }) => `"${name}"`)
            .join(', ')}`,
          type: 'invalid_value',
        }
      : (wordsOfScalars[type.name] ?? { message: 'is not valid', type: 'invalid' });
    this.#add(path, message, word);
  }

  #isTooLong(value: string, path: FieldPath): boolean {
    const names = path.filter((one) => typeof one === 'string');
    const isVariable = names.length === 1 && !this.#isObject;
    const max = isVariable ? this.#maxOfVariable() : maxTextLength(names.at(-1)!);
    if (value.length > max) this.#add(path, `must have at most ${max} characters`, 'too_long');
    return value.length > max;
  }

  #maxOfVariable(): number {
    this.#maxLengths ??= maxVariableLengths(this.#document);
    return this.#maxLengths.get(this.#variable) ?? maxOtherLength;
  }

  #add(path: FieldPath, message: string, type: string): void {
    if (this.#faults.length === maxFaults) return;
    this.#faults.push({ path: path.length === 0 ? [this.#variable] : path, message, type });
  }
}
