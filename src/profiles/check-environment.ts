import { invalidField } from '../errors.js';

/** An environment variable of workers. */
export interface EnvironmentVariable {
  name: string;
  value: string;
}

const maxVariables = 64;
const maxNameLength = 128;
const maxValueLength = 8_192;
/** The system starts no program whose environment is too large; this leaves enough for the server's own. */
const maxTotalLength = 32_768;

const posixName = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** The servers of workers set these themselves, or they choose the programs and libraries that a server loads. */
const reservedNames = new Set([
  'HOME',
  'PATH',
  'USER',
  'LOGNAME',
  'SHELL',
  'PWD',
  'TMPDIR',
  'ENV',
  'BASH_ENV',
  'IPYTHONDIR',
  'PYTHONHOME',
  'PYTHONPATH',
  'PYTHONSTARTUP',
  'PYTHONUSERBASE',
  'VIRTUAL_ENV',
  'GCONV_PATH',
  'LOCPATH',
  'NLSPATH',
  'GLIBC_TUNABLES',
  'OPENSSL_CONF',
]);
const reservedPrefixes = ['JUPYTER', 'JPY_', 'LD_', 'DYLD_', 'GATEWAY_', 'WORKER_'];

/**
 * Checks the environment variables of a profile.
 * @returns them as an object
 * @throws FieldError `invalid_request` with the path of the first fault, e.g. `["environment", 3, "name"]`
 */
export function checkEnvironment(variables: readonly EnvironmentVariable[]): Record<string, string> {
  if (variables.length > maxVariables)
    throw invalidField('environment', `must have at most ${maxVariables} items`, 'too_long');
  const values = new Map<string, string>();
  let length = 0;
  for (const [index, { name, value }] of variables.entries()) {
    checkVariableName(name, index);
    if (values.has(name)) throw invalidField(['environment', index, 'name'], 'is a duplicate', 'duplicate');
    checkValue(value, index);
    values.set(name, value);
    length += name.length + value.length;
  }
  if (length > maxTotalLength) {
    const message = `must have at most ${maxTotalLength} characters in total`;
    throw invalidField('environment', message, 'too_long');
  }
  return Object.fromEntries(values);
}

function checkVariableName(name: string, index: number): void {
  const field = ['environment', index, 'name'];
  if (name.length > maxNameLength || !posixName.test(name)) {
    throw invalidField(field, 'must be letters, digits and underscores, at most 128, no digit first');
  }
  const upper = name.toUpperCase();
  if (reservedNames.has(upper) || reservedPrefixes.some((prefix) => upper.startsWith(prefix)))
    throw invalidField(field, 'is set by the server itself; choose another name', 'reserved');
}

function checkValue(value: string, index: number): void {
  const field = ['environment', index, 'value'];
  if (value.length > maxValueLength)
    throw invalidField(field, `must have at most ${maxValueLength} characters`, 'too_long');
  if (value.includes('\0') || !value.isWellFormed())
    throw invalidField(field, 'must not contain NUL or lone surrogates');
}
