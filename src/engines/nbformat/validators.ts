import { Ajv, type ValidateFunction } from 'ajv';
import { cellSchema, notebookSchema, outputSchema } from './notebook-schema.js';
import type { Schema } from './schema-parts.js';

/** The validators of one kind of part. */
export interface PartValidator {
  /** Stops at the first fault. */
  quick: ValidateFunction;
  /** Finds all faults, so only for parts of a bounded size. Compiled at the first call. */
  thorough(): ValidateFunction;
}

/** The validators of one minor version, one for each kind of part that is validated separately. */
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
