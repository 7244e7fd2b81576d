import { LosslessNumber, stringify } from 'lossless-json';

/** A notebook in joined form, as JSON text, so that Python sees the same number tokens. */
export interface Sample {
  name: string;
  text: string;
}

type Json = Record<string, unknown>;

const token = (text: string) => new LosslessNumber(text);

/** All line boundaries of Python's splitlines, and characters that are none. */
export const lineBreaks = '\n \r \r\n \n\r \v \f \x1c \x1d \x1e \x1f \x85 \u2028 \u2029 \0 \x7f end';

const texts = {
  empty: '',
  newline: '\n',
  'trailing newline': 'a = 1\n',
  'two lines': 'a = 1\nb = 2',
  'blank lines': '\n\n\na\n\n',
  'line breaks': lineBreaks,
  controls: Array.from({ length: 0xa1 }, (_, code) => String.fromCharCode(code)).join(''),
  escapes: '\\ " / \\n \\u0041 \b\f\t',
  unicode: 'é e\u0301 \u{1f600} \u{10ffff} 漢字 \ufeff \ufffd \uffff \u200b \u202e',
};

const numbers = [
  ...['0', '-0', '1', '-1', '9007199254740991', '9007199254740993', '-123456789012345678901234567890'],
  ...['0.0', '-0.0', '1.0', '1.50', '-2.5', '100000000000000000000', '1E5', '1e-05', '0.0001', '0.00001'],
  ...['1e15', '1e16', '123456789012345680.0', '1e21', '1e22', '1.5e300', '5e-324', '1e-400', '0.1', '1e-7'],
  ...['1.7976931348623157e308', '2.2250738585072014e-308', '9007199254740993.0', '0.30000000000000004'],
].map(token);

const strangeKeys = {
  __proto__x: 1,
  constructor: { toString: 'x', hasOwnProperty: null },
  '10': 'ten',
  '9': 'nine',
  '': 'empty',
  ä: 1,
  z: 1,
  Z: 1,
  '\uff01': 'before the next in code points, after it in UTF-16',
  '\u{1f600}': 1,
  '\u{1f600}\uff01': 1,
  '"\\\n\u2028': 1,
};

const bundle = {
  'text/plain': lineBreaks,
  'text/html': '<b>\n</b>\n',
  'text/empty': '',
  'image/png': 'iVBORw0KGgo=\n',
  'image/svg+xml': '<svg>\n</svg>',
  'application/javascript': 'a\nb',
  'application/pdf': 'x\ny',
  'application/json': { list: ['a', 'b'], text: 'a\nb', number: token('1.0') },
  'application/vnd.x+json': ['a', 'b\n'],
  'application/vnd.y+json': 'a\nb',
  'application/x.nojson': 'x\n',
};

const outputs = [
  { output_type: 'stream', name: 'stdout', text: lineBreaks },
  { output_type: 'stream', name: 'stderr', text: '' },
  { output_type: 'display_data', data: bundle, metadata: { 'image/png': { width: token('1.0') } } },
  { output_type: 'display_data', data: {}, metadata: {} },
  { output_type: 'execute_result', data: bundle, metadata: strangeKeys, execution_count: 3 },
  { output_type: 'execute_result', data: {}, metadata: {}, execution_count: null },
  { output_type: 'error', ename: 'E', evalue: 'a\nb', traceback: ['a\nb', '', '\u001b[0;31m'] },
  { output_type: 'error', ename: '', evalue: '', traceback: [] },
];

const widgets = {
  'application/vnd.jupyter.widget-state+json': {
    state: {
      abc: { model_module: '@jupyter-widgets/base', model_name: 'LayoutModel', state: { flex: null } },
    },
    version_major: 2,
    version_minor: 0,
  },
};

/** A notebook of the minor version; cells get ids from 4.5 on. */
export function makeNotebook(minor: number, cells: Json[], metadata: Json = {}): Json {
  const withIds = minor < 5 ? cells : cells.map((cell, index) => ({ id: `cell-${index}`, ...cell }));
  return { cells: withIds, metadata, nbformat: 4, nbformat_minor: minor };
}

/** A code cell without outputs, with parts replaced. */
export function codeCell(parts: Json = {}): Json {
  return { cell_type: 'code', source: '', metadata: {}, outputs: [], execution_count: null, ...parts };
}

/** Valid notebooks of all minor versions: every kind of cell and output, strange texts, keys and numbers. */
export function makeCorpus(): Sample[] {
  const samples: Sample[] = [];
  for (let minor = 0; minor <= 5; minor++) {
    const add = (name: string, cells: Json[], metadata?: Json) => {
      samples.push({ name: `4.${minor} ${name}`, text: stringify(makeNotebook(minor, cells, metadata))! });
    };
    add('empty', []);
    add('widgets', [], {
      widgets,
      kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' },
    });
    add('transient', [codeCell({ metadata: { trusted: true, kept: { trusted: true } } })], {
      orig_nbformat: 3,
      orig_nbformat_minor: 1,
      signature: 'sha256:abc',
      kept: { signature: 'x' },
    });
    add('numbers', [], { numbers, nested: [[], {}, [[]], [{}], { a: [] }] });
    add('strange keys', [codeCell({ metadata: strangeKeys })], strangeKeys);
    for (const [name, source] of Object.entries(texts)) {
      const attachments = { 'a.png': { 'image/png': 'abc', 'text/plain': source }, 'é\n': {} };
      add(name, [
        codeCell({ source, outputs: [{ output_type: 'stream', name: 'stdout', text: source }] }),
        { cell_type: 'markdown', source, metadata: {}, attachments },
        {
          cell_type: 'raw',
          source,
          metadata: { format: 'text/x', tags: ['a', 'b'], name: 'n' },
          attachments: {},
        },
      ]);
    }
    for (const output of outputs)
      add(output.output_type, [codeCell({ outputs: [output], execution_count: 1 })]);
  }
  return [...samples, ...makeRandomSamples(100)];
}

/** Notebooks of random texts, keys and numbers; the same ones each time. */
function makeRandomSamples(count: number): Sample[] {
  const random = makeRandom(20261);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const alphabet = [...'ab"\\/{}[]:, \n\r\t\v\f\x1c\x85\u2028\x00\x1f\x7f\u{1f600}\ud7ff\ue000\uffff漢é'];
  const text = () => Array.from({ length: Math.floor(random() * 12) }, () => pick(alphabet)).join('');
  const float = () => token(((random() - 0.5) * 10 ** Math.floor(random() * 60 - 30)).toExponential());
  const value = (depth: number): unknown => {
    const kind = Math.floor(random() * (depth > 4 ? 4 : 6));
    if (kind === 0) return text();
    if (kind === 1) return float();
    if (kind === 2) return pick([null, true, false]);
    if (kind === 3) return Math.floor((random() - 0.5) * 1e6);
    if (kind === 4) return Array.from({ length: Math.floor(random() * 4) }, () => value(depth + 1));
    return object(depth + 1);
  };
  const object = (depth: number): Json =>
    Object.fromEntries(Array.from({ length: Math.floor(random() * 5) }, () => [`k${text()}`, value(depth)]));
  return Array.from({ length: count }, (_, index) => {
    const data = { 'text/plain': text(), [`text/${text()}`]: text(), 'application/json': value(0) };
    const output = { output_type: 'display_data', data, metadata: object(0) };
    const cell = codeCell({ source: text(), metadata: { x: object(0) }, outputs: [output] });
    return { name: `random ${index}`, text: stringify(makeNotebook(index % 6, [cell], { x: object(0) }))! };
  });
}

/** Returns a generator of numbers from 0 to 1, the same for the same seed: mulberry32. */
function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
