import { Ajv, type ValidateFunction } from 'ajv';
import { cellSchema, notebookSchema, outputSchema } from './notebook-schema.js';
import type { Schema } from './schema-parts.js';

/** Validates one kind of thing. */
export interface PartValidator {
  /** Stops at the first fault. */
  quick: ValidateFunction;
  /** Finds all faults, however many: for values of a bounded size only. Compiled when first asked for. */
  thorough(): ValidateFunction;
}

/** The validators of one minor version, one for each part that is validated on its own. */
export interface Validators {
  notebook: PartValidator;
  cell: PartValidator;
  output: PartValidator;
}

const byMinor = new Map<number, Validators>();
const options = { discriminator: true, allowUnionTypes: true, validateSchema: false, addUsedSchema: false };

/** The validators of nbformat 4.`minor` (0 to 5), compiled once. */
export function validatorsOf(minor: number): Validators {
  let validators = byMinor.get(minor);
  if (!validators) {
    validators = {
      notebook: partValidator(notebookSchema(minor)),
      cell: partValidator(cellSchema(minor)),
      output: partValidator(outputSchema()),
    };
    byMinor.set(minor, validators);
  }
  return validators;
}

function partValidator(schema: Schema): PartValidator {
  let thorough: ValidateFunction | undefined;
  return {
    quick: new Ajv(options).compile(schema),
    thorough() {
      thorough ??= new Ajv({ ...options, allErrors: true }).compile(schema);
      return thorough;
    },
  };
}
