import { invalidField } from '../errors.js';
import { checkCode } from '../validation/check-code.js';
import { checkRange } from '../validation/check-input.js';
import { checkText } from '../validation/validate.js';

const maxCellIndex = 1_000_000;
const maxCellIdLength = 200;
const maxTimeoutSeconds = 7 * 24 * 3600;

/** The checks of the fields of a cell that is to run. Each returns its value. @throws FieldError `invalid_request` */
export const checkCell = {
  code: checkCode,
  cellIndex: (value: number): number => checkRange(value, 'cellIndex', 0, maxCellIndex),
  cellId: (value: string): string => checkText(value, 'cellId', maxCellIdLength),
  timeoutSeconds: (value: number): number => {
    if (value > 0 && value <= maxTimeoutSeconds) return value;
    const message = `must be above 0 and at most ${maxTimeoutSeconds}`;
    throw invalidField('timeoutSeconds', message, 'out_of_range');
  },
};
