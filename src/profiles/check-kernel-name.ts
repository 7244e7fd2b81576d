import { invalidField } from '../errors.js';

/** Checks that Jupyter accepts the name of the kernelspec. */
export function checkKernelName(value: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(value)) return value;
  throw invalidField(
    'kernelName',
    'must be 1 to 100 letters, digits, dots, underscores or hyphens, and must begin with a letter or digit',
  );
}
