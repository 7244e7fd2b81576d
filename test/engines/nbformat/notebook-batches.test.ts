import { expect, it } from 'vitest';
import { CellBatches, NeedsWhole, parsedJson } from '../../../src/engines/nbformat/cell-batches.js';
import { encodeAndAnswer } from '../../../src/engines/nbformat/encode-notebook.js';
import { parseJson } from '../../../src/engines/nbformat/json.js';
import type { JsonObject } from '../../../src/engines/nbformat/json-value.js';
import { normalizeNotebook } from '../../../src/engines/nbformat/normalize-notebook.js';
import { answerInBatches, encodeInBatches } from '../../../src/engines/nbformat/notebook-batches.js';
import { readAnswer } from '../../../src/engines/nbformat/read-answer.js';
import { readNotebook } from '../../../src/engines/nbformat/read-notebook.js';
import { prepareBody } from '../../../src/engines/nbformat/threads/prepare-body.js';
import { writeJson } from '../../../src/engines/nbformat/write-json.js';
import { lineBreaks, makeCorpus } from './corpus.js';

const mark = 'a-mark:';
const codeCell = (index: number, more: object = {}) => ({
  cell_type: 'code',
  id: `cell-${index}`,
  metadata: { trusted: true, tags: ['b', 'a'], z: { y: 1, x: 2 } },
  source: `x = ${index}\nprint("${index}")`,
  outputs: [
    { output_type: 'stream', name: 'stdout', text: [`${index}\n`, lineBreaks] },
    {
      output_type: 'execute_result',
      data: { 'text/plain': '1\n2', 'image/png': 'AA==\n', 'application/json': { b: [1.5], a: 'x\ny' } },
      metadata: {},
      execution_count: 1,
    },
  ],
  execution_count: index,
  ...more,
});
const markdownCell = (index: number) => ({
  attachments: { 'a.png': { 'image/png': 'AA==', 'text/plain': 'a\nb' } },
  source: ['# ', 'é \u{1f600}\n', 'x'],
  metadata: {},
  id: `cell-${index}`,
  cell_type: 'markdown',
});
const notebook = (cells: unknown[], more: object = {}) => ({
  nbformat_minor: 5,
  cells,
  nbformat: 4,
  metadata: { b: 1, a: { '10': 1, 'ä\uffff': 2 }, signature: 'x', orig_nbformat: 4 },
  ...more,
});
/** More than two batches. */
const many = Array.from({ length: 2_500 }, (_, index) =>
  index % 3 === 0 ? markdownCell(index) : codeCell(index),
);

const valid: [what: string, text: string][] = [
  ...makeCorpus().map(({ name, text }): [string, string] => [name, text]),
  ['many cells', JSON.stringify(notebook(many))],
  ['many cells, indented', JSON.stringify(notebook(many), null, 4)],
  ['one cell', JSON.stringify(notebook([codeCell(1)]))],
  ['no cells', JSON.stringify(notebook([]))],
  [
    'a minor version without ids',
    JSON.stringify(notebook([{ ...codeCell(0), id: undefined }], { nbformat_minor: 4 })),
  ],
  [
    'strange keys of metadata',
    JSON.stringify(
      notebook([codeCell(1, { metadata: { '2': 1, '1': 2, '\uffff': 1, '\u{1f600}': 2, cells: [1, 2] } })]),
    ),
  ],
];
const unusual: [what: string, text: string][] = [
  ['missing ids', JSON.stringify(notebook([{ ...codeCell(1), id: undefined }, codeCell(2)]))],
  ['a repeated id in another batch', JSON.stringify(notebook([...many, codeCell(1)]))],
  ['an unknown member of the last cell', JSON.stringify(notebook([...many, codeCell(9_999, { extra: 1 })]))],
  ['an invalid output', JSON.stringify(notebook([codeCell(1, { outputs: [{ output_type: 'stream' }] })]))],
  ['a fault beside the cells', JSON.stringify(notebook(many, { extra: 1 }))],
  ['nbformat 3', JSON.stringify(notebook(many, { nbformat: 3 }))],
  ['a float', JSON.stringify(notebook([codeCell(1)])).replace('"y":1,', '"y":1.0,')],
  ['NaN', JSON.stringify(notebook([codeCell(1)])).replace('"y":1,', '"y":NaN,')],
  ['a lone surrogate', JSON.stringify(notebook([codeCell(1)])).replace('print', '\\ud800')],
  [
    'an escaped pair of surrogates',
    JSON.stringify(notebook([codeCell(1)])).replace('print', '\\ud83d\\ude00'),
  ],
  ['cells twice', JSON.stringify(notebook([codeCell(1)])).replace('"nbformat":4', '"cells":[],"nbformat":4')],
  [
    'cells twice, the first of which is no JSON',
    `{"cells":[1 2],${JSON.stringify(notebook([codeCell(1)])).slice(1)}`,
  ],
  ['an escaped name', JSON.stringify(notebook([codeCell(1)])).replace('"cells":', '"c\\u0065lls":')],
  ['a missing cell', JSON.stringify(notebook([codeCell(1), codeCell(2)])).replace('"cells":[', '"cells":[,')],
  ['nothing but a comma', '{"cells":[,],"metadata":{},"nbformat":4,"nbformat_minor":5}'],
  [
    'nothing between two commas',
    JSON.stringify(notebook([codeCell(1), codeCell(2)])).replace('},{"cell', '},,{"cell'),
  ],
  ['a comma at the end', JSON.stringify(notebook([codeCell(1)])).replace('}],"nb', '},],"nb')],
  ['a wrong bracket', JSON.stringify(notebook([codeCell(1)])).replace('}],"nb', '}},"nb')],
  ['no end', JSON.stringify(notebook(many)).slice(0, -1)],
  ['cells that are a text', JSON.stringify(notebook('x' as never))],
  ['a text after it', `${JSON.stringify(notebook([codeCell(1)]))} x`],
];

function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    const { message, faults } = error as Error & { faults?: unknown };
    return { message, faults };
  }
}
const utf8 = (bytes: Uint8Array) => Buffer.from(bytes).toString();

it.each([...valid, ...unusual])(
  '%s: the answer of a read is that of the notebook as a whole',
  (_what, text) => {
    const bytes = Buffer.from(text);
    expect(outcome(() => utf8(readAnswer(bytes)))).toEqual(
      outcome(() => utf8(writeJson(readNotebook(bytes)).toBytes())),
    );
  },
);

it.each([...valid, ...unusual])(
  '%s: a body has the bytes and the answer of the notebook as a whole',
  (_what, text) => {
    const body = `{"path":"a.ipynb","change":{"create":[{"notebook": ${text} }]}}`;
    const asWhole = () => {
      const { notebook: value } = (parseJson(body) as { change: { create: [{ notebook: unknown }] } }).change
        .create[0];
      const encoded = encodeAndAnswer(normalizeNotebook(value));
      return [utf8(encoded.bytes), utf8(encoded.answer)];
    };
    const inBatches = () => {
      const answer = prepareBody(Buffer.from(body), mark) as unknown as {
        outer: string;
        notebooks: [{ bytes: Uint8Array; answer: Uint8Array } | { refusal: object }];
      };
      expect(answer.outer).toBe(`{"path":"a.ipynb","change":{"create":[{"notebook":"${mark}n0"}]}}`);
      const [parts] = answer.notebooks;
      if ('refusal' in parts) throw parts.refusal;
      return [utf8(parts.bytes), utf8(parts.answer)];
    };
    const whole = outcome(asWhole);
    if (Array.isArray(whole)) {
      expect(inBatches()).toEqual(whole);
      return;
    }
    const { faults } = whole as { faults?: unknown };
    const refused = outcome(inBatches) as { faults?: unknown };
    // A text that is no JSON is a fault of the body.
    if (faults) expect(refused.faults).toEqual(faults);
    else expect(Array.isArray(refused)).toBe(false);
  },
);

it('goes through a usual notebook in batches, and not through an unusual one', () => {
  const run = (text: string) => {
    const batches = CellBatches.of(text, 1);
    const outer = parsedJson(batches.outer) as JsonObject;
    expect([...batches.batches(0)].flat()).toHaveLength(many.length);
    return [answerInBatches(batches, outer), encodeInBatches(batches, outer).answer].map(utf8);
  };
  const [read, written] = run(JSON.stringify(notebook(many)));
  expect(JSON.parse(read!)).toEqual(JSON.parse(written!));
  expect(() => run(JSON.stringify(notebook(many.with(-1, many[0]!))))).toThrow(NeedsWhole);
});

it('refuses more lines than a file can be read with, also where each batch has few', {
  timeout: 60_000,
}, () => {
  const cells = Array.from({ length: 1_300 }, (_, index) => codeCell(index, { source: '\n'.repeat(4_000) }));
  const body = JSON.stringify({ notebook: notebook(cells) });
  const { notebooks } = prepareBody(Buffer.from(body), mark) as unknown as {
    notebooks: [{ refusal?: { code: string } }];
  };
  expect(notebooks[0].refusal?.code).toBe('invalid_notebook');
});
