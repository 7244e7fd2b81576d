import { isLosslessNumber, type LosslessNumber } from 'lossless-json';
import { isJsonObject } from '../engines/nbformat/json-object.js';
import { invalidField } from '../errors.js';

/** How a language writes what JSON has. */
interface Syntax {
  /** The words that are no variables. */
  reserved: ReadonlySet<string>;
  /** Whether the name of a variable may begin with an underscore. */
  mayBeginWithUnderscore: boolean;
  comment: string;
  assign: string;
  constants: { true: string; false: string; null: string };
  text(json: string): string;
  list(items: string[]): string;
  map(entries: (readonly [string, string])[]): string;
}

/** @see https://docs.python.org/3/reference/lexical_analysis.html#keywords */
const pythonWords =
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in ' +
  'is lambda nonlocal not or pass raise return try while with yield __debug__';

/** @see https://stat.ethz.ch/R-manual/R-devel/library/base/html/Reserved.html */
const rWords =
  'if else repeat while function for next break in TRUE FALSE NULL Inf NaN NA NA_integer_ NA_real_ NA_complex_ NA_character_';

/** @see https://docs.julialang.org/en/v1/base/base/#Keywords */
const juliaWords =
  'baremodule begin break catch const continue do else elseif end export false finally for function global if import let local ' +
  'macro module quote return struct true try using while';

const python: Syntax = {
  reserved: new Set(pythonWords.split(' ')),
  mayBeginWithUnderscore: true,
  comment: '#',
  assign: '=',
  constants: { true: 'True', false: 'False', null: 'None' },
  text: (json) => json,
  list: (items) => `[${items.join(', ')}]`,
  map: (entries) => `{${entries.map(([key, value]) => `${key}: ${value}`).join(', ')}}`,
};

const r: Syntax = {
  reserved: new Set(rWords.split(' ')),
  mayBeginWithUnderscore: false,
  comment: '#',
  assign: '<-',
  constants: { true: 'TRUE', false: 'FALSE', null: 'NULL' },
  text: (json) => json,
  list: (items) => `list(${items.join(', ')})`,
  map: (entries) => `list(${entries.map(([key, value]) => `${key} = ${value}`).join(', ')})`,
};

const julia: Syntax = {
  reserved: new Set(juliaWords.split(' ')),
  mayBeginWithUnderscore: true,
  comment: '#',
  assign: '=',
  constants: { true: 'true', false: 'false', null: 'nothing' },
  // A dollar sign would insert a value.
  text: (json) => json.replaceAll('$', '\\$'),
  list: (items) => `[${items.join(', ')}]`,
  map: (entries) => `Dict(${entries.map(([key, value]) => `${key} => ${value}`).join(', ')})`,
};

/** By the language of a kernel profile, in lower case. */
const languages = new Map(Object.entries({ python, r, julia }));

const maxParameters = 100;
const name = /^[A-Za-z_]\w{0,99}$/;

/**
 * The source of a cell that sets parameters, as papermill writes it.
 * @param parameters JSON values by name
 * @returns null where there are none
 * @throws FieldError `invalid_request` for a name that no variable of the language can have, more than 100 parameters, and for a
 *   language other than Python, R and Julia
 * @see https://papermill.readthedocs.io/en/latest/usage-parameterize.html
 */
export function parameterSource(parameters: Record<string, unknown>, language: string): string | null {
  const entries = Object.entries(parameters);
  if (entries.length === 0) return null;
  if (entries.length > maxParameters)
    throw invalidField('parameters', `must be at most ${maxParameters}`, 'too_long');
  const syntax = languages.get(language.toLowerCase());
  if (!syntax)
    throw invalidField('parameters', 'can be set for kernels of Python, R and Julia only; run without them');
  const wrong = entries.find(([key]) => !name.test(key));
  if (wrong)
    throw invalidField('parameters', 'must have names of letters, digits and underscores, not a digit first');
  for (const [key] of entries) checkVariable(syntax, key, language);
  const lines = entries.map(([key, value]) => `${key} ${syntax.assign} ${literal(syntax, value)}`);
  return [`${syntax.comment} Parameters`, ...lines].join('\n');
}

function checkVariable({ reserved, mayBeginWithUnderscore }: Syntax, key: string, language: string): void {
  if (reserved.has(key))
    throw invalidField('parameters', `must not have ${key}: it is a reserved word of ${language}`);
  if (!mayBeginWithUnderscore && key.startsWith('_'))
    throw invalidField('parameters', `must not have ${key}: names of ${language} begin with a letter`);
}

function literal(syntax: Syntax, value: unknown): string {
  if (typeof value === 'boolean' || value === null) return syntax.constants[`${value}`];
  if (typeof value === 'string') return syntax.text(JSON.stringify(value));
  if (typeof value === 'number') return String(value);
  if (isLosslessNumber(value)) return (value as LosslessNumber).toString();
  if (Array.isArray(value)) return syntax.list(value.map((item) => literal(syntax, item)));
  if (!isJsonObject(value)) return syntax.constants.null;
  const entries = Object.entries(value);
  return syntax.map(
    entries.map(([key, member]) => [syntax.text(JSON.stringify(key)), literal(syntax, member)] as const),
  );
}
