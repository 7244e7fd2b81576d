import { beforeAll, describe, expect, it } from 'vitest';
import { parseJson } from '../../../src/engines/nbformat/json.js';
import { normalizeNotebook } from '../../../src/engines/nbformat/normalize-notebook.js';
import { emptyNotebook, type Notebook } from '../../../src/engines/nbformat/notebook.js';
import { readNotebook } from '../../../src/engines/nbformat/read-notebook.js';
import { writeNotebook } from '../../../src/engines/nbformat/write-notebook.js';
import { lineBreaks, makeCorpus, makeNotebook } from './corpus.js';
import { runPython } from './python.js';

const corpus = makeCorpus();
let written: Buffer[];

/** Writes each notebook with nbformat, and a whole range of texts with str.splitlines. */
const program = `
import base64, io, json, sys, nbformat
def write(text):
    out = io.StringIO()
    nbformat.write(nbformat.from_dict(json.loads(text)), out, version=nbformat.NO_CONVERT)
    return base64.b64encode(out.getvalue().encode('utf8')).decode()
json.dump([write(text) for text in json.load(sys.stdin)], sys.stdout)
`;

beforeAll(async () => {
  const texts = corpus.map((sample) => sample.text);
  written = (await runPython<string[]>(program, texts)).map((bytes) => Buffer.from(bytes, 'base64'));
}, 180_000);

const utf8 = (bytes: Uint8Array | undefined) => Buffer.from(bytes!).toString();

describe('writeNotebook against nbformat.write', () => {
  it.each(corpus.map((sample, index) => ({ ...sample, index })))('$name', ({ text, index }) => {
    const expected = utf8(written[index]);
    expect(utf8(writeNotebook(normalizeNotebook(parseJson(text))))).toBe(expected);
    expect(utf8(writeNotebook(normalizeNotebook(parseJson(expected))))).toBe(expected);
    expect(utf8(writeNotebook(readNotebook(written[index]!)))).toBe(expected);
  });

  it('splits lines where Python does', async () => {
    const split =
      'import json, sys; json.dump([t.splitlines(True) for t in json.load(sys.stdin)], sys.stdout)';
    const every = Array.from({ length: 0x3100 }, (_, code) => `a${String.fromCharCode(code)}b`).join('');
    const texts = [every, lineBreaks, '\r\n\r\n', '\n\r', '\r', ''];
    const sources = texts.map((source) => {
      const notebook = makeNotebook(4, [{ cell_type: 'raw', source, metadata: {} }]);
      return JSON.parse(utf8(writeNotebook(normalizeNotebook(notebook)))).cells[0].source;
    });
    expect(sources).toEqual(await runPython(split, texts));
  });
});

describe('writeNotebook', () => {
  it('writes an empty notebook', () => {
    const text = '{\n "cells": [],\n "metadata": {},\n "nbformat": 4,\n "nbformat_minor": 5\n}\n';
    expect(utf8(writeNotebook(emptyNotebook()))).toBe(text);
  });

  it('keeps a key __proto__ without polluting anything', () => {
    const text = '{"cells":[],"metadata":{"__proto__":{"polluted":1.0}},"nbformat":4,"nbformat_minor":5}';
    const bytes = writeNotebook(normalizeNotebook(parseJson(text)));
    expect(utf8(bytes)).toContain('"__proto__": {\n   "polluted": 1.0\n  }');
    expect(utf8(writeNotebook(readNotebook(bytes)))).toBe(utf8(bytes));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('writes the NaN and Infinity that Python stored as null', () => {
    const stored =
      '{"cells":[],"metadata":{"a":[NaN,Infinity,-Infinity,1e999]},"nbformat":4,"nbformat_minor":5}';
    const notebook = readNotebook(Buffer.from(stored));
    expect(notebook.metadata).toEqual({ a: [null, null, null, null] });
    expect(JSON.parse(utf8(writeNotebook(notebook))).metadata).toEqual({ a: [null, null, null, null] });
  });

  it('writes plain numbers of other parsers as Python would', () => {
    const notebook: Notebook = { ...emptyNotebook(), metadata: { n: [1e-7, 0.5, 1e21, 1e16, -0, 2 ** 53] } };
    const numbers = utf8(writeNotebook(notebook)).match(/(?<= {3})[-\d.e+]+/g);
    expect(numbers).toEqual(['1e-07', '0.5', '1e+21', '10000000000000000', '0', '9007199254740992']);
  });

  it('refuses a lone surrogate', () => {
    const notebook: Notebook = { ...emptyNotebook(), metadata: { 'a\ud800': 1 } };
    expect(() => writeNotebook(notebook)).toThrow(expect.objectContaining({ code: 'invalid_notebook' }));
  });

  it('leaves the notebook as it was', () => {
    const notebook = normalizeNotebook(makeNotebook(5, [{ cell_type: 'raw', source: 'a\nb', metadata: {} }]));
    const before = structuredClone(notebook);
    writeNotebook(notebook);
    expect(notebook).toEqual(before);
  });
});
