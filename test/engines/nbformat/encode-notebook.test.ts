import { deepStrictEqual } from 'node:assert/strict';
import { isLosslessNumber, parse } from 'lossless-json';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeNotebook } from '../../../src/engines/nbformat/encode-notebook.js';
import { parseJson, stringifyJson } from '../../../src/engines/nbformat/json.js';
import { maxValues } from '../../../src/engines/nbformat/limits.js';
import { normalizeNotebook } from '../../../src/engines/nbformat/normalize-notebook.js';
import { emptyNotebook, type Notebook } from '../../../src/engines/nbformat/notebook.js';
import { readNotebook } from '../../../src/engines/nbformat/read-notebook.js';
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

describe('encodeNotebook against nbformat.write', () => {
  it.each(corpus.map((sample, index) => ({ ...sample, index })))('$name', ({ text, index }) => {
    const expected = utf8(written[index]);
    expect(utf8(encodeNotebook(normalizeNotebook(parseJson(text))).bytes)).toBe(expected);
    expect(utf8(encodeNotebook(normalizeNotebook(parseJson(expected))).bytes)).toBe(expected);
    expect(utf8(encodeNotebook(readNotebook(written[index]!)).bytes)).toBe(expected);
  });

  it('splits lines where Python does', async () => {
    const split =
      'import json, sys; json.dump([t.splitlines(True) for t in json.load(sys.stdin)], sys.stdout)';
    const every = Array.from({ length: 0x3100 }, (_, code) => `a${String.fromCharCode(code)}b`).join('');
    const texts = [every, lineBreaks, '\r\n\r\n', '\n\r', '\r', ''];
    const sources = texts.map((source) => {
      const notebook = makeNotebook(4, [{ cell_type: 'raw', source, metadata: {} }]);
      return JSON.parse(utf8(encodeNotebook(normalizeNotebook(notebook)).bytes)).cells[0].source;
    });
    expect(sources).toEqual(await runPython(split, texts));
  });
});

describe('encodeNotebook against reading its bytes', () => {
  /** Equal to the notebook that is read from the bytes: in its values, number tokens and order of keys. */
  const expectAsRead = (value: unknown) => {
    const { bytes, notebook } = encodeNotebook(normalizeNotebook(value));
    const read = readNotebook(bytes);
    expect(stringifyJson(notebook)).toBe(stringifyJson(read));
    deepStrictEqual(notebook, read);
  };

  it.each(corpus)('answers the same notebook with number tokens: $name', ({ text }) => {
    expectAsRead(parseJson(text));
  });

  it.each(corpus)('answers the same notebook with plain numbers: $name', ({ text }) => {
    expectAsRead(JSON.parse(text));
  });

  it.each(corpus)(
    'answers the same notebook with tokens that Python writes differently: $name',
    ({ text }) => {
      const { nbformat, nbformat_minor } = JSON.parse(text);
      expectAsRead({ ...(parse(text) as object), nbformat, nbformat_minor });
    },
  );

  it.each(corpus)('answers the same notebook for lists of lines: $name', ({ text }) => {
    const { bytes } = encodeNotebook(normalizeNotebook(parseJson(text)));
    expectAsRead(parseJson(utf8(bytes)));
  });

  it.each(corpus)('answers the same notebook without cell ids: $name', ({ text }) => {
    const notebook = parseJson(text) as Notebook;
    expectAsRead({ ...notebook, cells: notebook.cells.map(({ id: _, ...cell }) => cell) });
  });

  it.each(corpus)('answers the same notebook with all keys in reverse order: $name', ({ text }) => {
    expectAsRead(reversed(parseJson(text)));
  });

  it('answers the same notebook with a key __proto__ and with integers as keys', () => {
    const metadata = '{"b":1,"__proto__":{"z":1.0,"a":2},"10":1,"9":{"__proto__":[]},"":0}';
    expectAsRead(parseJson(`{"metadata":${metadata},"cells":[],"nbformat_minor":5,"nbformat":4}`));
  });

  it('refuses more lines than a file can be read with', () => {
    const cell = { cell_type: 'raw', source: '\n'.repeat(maxValues), metadata: {} };
    const notebook = normalizeNotebook(makeNotebook(4, [cell]));
    expect(() => encodeNotebook(notebook)).toThrow(expect.objectContaining({ code: 'invalid_notebook' }));
  });
});

describe('encodeNotebook', () => {
  it('writes an empty notebook', () => {
    const text = '{\n "cells": [],\n "metadata": {},\n "nbformat": 4,\n "nbformat_minor": 5\n}\n';
    expect(utf8(encodeNotebook(emptyNotebook()).bytes)).toBe(text);
  });

  it('keeps a key __proto__ without polluting anything', () => {
    const text = '{"cells":[],"metadata":{"__proto__":{"polluted":1.0}},"nbformat":4,"nbformat_minor":5}';
    const bytes = encodeNotebook(normalizeNotebook(parseJson(text))).bytes;
    expect(utf8(bytes)).toContain('"__proto__": {\n   "polluted": 1.0\n  }');
    expect(utf8(encodeNotebook(readNotebook(bytes)).bytes)).toBe(utf8(bytes));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('writes the NaN and Infinity that Python stored as null', () => {
    const stored =
      '{"cells":[],"metadata":{"a":[NaN,Infinity,-Infinity,1e999]},"nbformat":4,"nbformat_minor":5}';
    const notebook = readNotebook(Buffer.from(stored));
    expect(notebook.metadata).toEqual({ a: [null, null, null, null] });
    expect(JSON.parse(utf8(encodeNotebook(notebook).bytes)).metadata).toEqual({
      a: [null, null, null, null],
    });
  });

  it('writes plain numbers of other parsers as Python would', () => {
    const notebook: Notebook = { ...emptyNotebook(), metadata: { n: [1e-7, 0.5, 1e21, 1e16, -0, 2 ** 53] } };
    const numbers = utf8(encodeNotebook(notebook).bytes).match(/(?<= {3})[-\d.e+]+/g);
    expect(numbers).toEqual(['1e-07', '0.5', '1e+21', '10000000000000000', '0', '9007199254740992']);
  });

  it('refuses a lone surrogate', () => {
    const notebook: Notebook = { ...emptyNotebook(), metadata: { 'a\ud800': 1 } };
    expect(() => encodeNotebook(notebook)).toThrow(expect.objectContaining({ code: 'invalid_notebook' }));
  });

  it('leaves the notebook as it was', () => {
    const notebook = normalizeNotebook(makeNotebook(5, [{ cell_type: 'raw', source: 'a\nb', metadata: {} }]));
    const before = structuredClone(notebook);
    encodeNotebook(notebook);
    expect(notebook).toEqual(before);
  });
});

/** A copy of a JSON value with the keys of each object in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null || isLosslessNumber(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}
