import { LosslessNumber } from 'lossless-json';
import { isJsonObject } from '../../../src/engines/nbformat/json-object.js';
import { codeCell, makeNotebook } from './corpus.js';

type Json = Record<string, unknown>;

const replacements: unknown[] = [
  ...[null, true, 0, -1, 1.5, new LosslessNumber('1.0'), new LosslessNumber('123456789012345678901')],
  ...['', 'x', 'auto', 'a,b', 'a\nb', 'é \u2028', 'y'.repeat(65)],
  ...[[], ['a'], ['a', 'a'], [1], [['a']], {}, { a: 'b' }, { a: 1 }, { 'application/json': 1 }],
];

const additions = [
  'id',
  'extra',
  '__proto__x',
  'application/json',
  'application/a\n+json',
  'text/x',
  'metadata',
];

/** Small valid notebooks that together contain every member that the schema of some minor version knows. */
function bases(minor: number): Json[] {
  const metadata = {
    kernelspec: { name: 'n', display_name: 'd' },
    language_info: {
      name: 'n',
      codemirror_mode: { name: 'x' },
      file_extension: 'x',
      mimetype: 'x',
      pygments_lexer: 'x',
    },
    orig_nbformat: 1,
    title: 't',
    authors: [{ name: 'n' }],
  };
  const common = { name: 'n', tags: ['a', 'b'], jupyter: { source_hidden: true } };
  const execution = { 'iopub.execute_input': 't', other: 't' };
  const ofCode = { ...common, execution, collapsed: true, scrolled: 'auto' };
  const data = { 'text/plain': ['a', 'b'], 'application/json': 1, 'application/x+json': null };
  const outputs = [
    { output_type: 'stream', name: 's', text: ['a'] },
    { output_type: 'display_data', data, metadata: { x: 1 } },
    { output_type: 'execute_result', data: {}, metadata: {}, execution_count: 1 },
    { output_type: 'error', ename: 'e', evalue: 'v', traceback: ['t'] },
  ];
  const attachments = { a: { 'image/png': 'x' } };
  const cells = [
    codeCell({ source: ['a'], metadata: ofCode, execution_count: 1 }),
    { cell_type: 'markdown', source: 'a', metadata: { ...common, format: 1 }, attachments },
    { cell_type: 'raw', source: 'a', metadata: { ...common, format: 'f' }, attachments },
    // Outputs are the same in all minor versions, and Python takes milliseconds for each fault.
    ...(minor === 5 ? outputs : []).map((output) => codeCell({ outputs: [output] })),
  ];
  return [makeNotebook(minor, [], metadata), ...cells.map((cell) => makeNotebook(minor, [cell]))];
}

/** A notebook that differs from a valid one at one path. */
export interface Mutation {
  name: string;
  notebook: Json;
}

/**
 * Replaces, removes and adds a value at every path of valid notebooks of this minor version, except the version fields:
 * the gateway refuses newer minor versions, and nbformat does not.
 */
export function makeMutations(minor: number): Mutation[] {
  return bases(minor).flatMap((base) => [
    { name: `4.${minor} unchanged`, notebook: base },
    ...pathsOf(base).flatMap((path) => mutationsAt(base, path)),
  ]);
}

function mutationsAt(base: Json, path: string[]): Mutation[] {
  const mutate = (what: string, change: (parent: Json, key: string) => void): Mutation => {
    const notebook = structuredClone(base);
    change(valueAt(notebook, path.slice(0, -1)) as Json, path.at(-1)!);
    return { name: `4.${base.nbformat_minor} ${path.join('/')} ${what}`, notebook };
  };
  const replaced = replacements.map((value) =>
    mutate(`= ${JSON.stringify(value)}`, (parent, key) => {
      parent[key] = value;
    }),
  );
  const removed = mutate('removed', (parent, key) => {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  });
  const added = isJsonObject(valueAt(base, path)) ? additions : [];
  const extended = added.map((name) =>
    mutate(`with ${name}`, (parent, key) => {
      (parent[key] as Json)[name] = 1;
    }),
  );
  return [...replaced, removed, ...extended];
}

/** The paths to all values except the version fields. */
function pathsOf(notebook: Json): string[][] {
  return pathsInto(notebook).filter(([first]) => first === 'cells' || first === 'metadata');
}

function pathsInto(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [
    [key],
    ...pathsInto(member).map((path) => [key, ...path]),
  ]);
}

function valueAt(value: unknown, path: string[]): unknown {
  return path.reduce((part, key) => (part as Json)[key], value);
}
