import { LosslessNumber } from 'lossless-json';
import { describe, expect, it } from 'vitest';
import { parseJson, stringifyJson } from '../../../src/engines/nbformat/json.js';
import { runPython } from './python.js';

const program = `
import json, sys
json.dump([json.dumps(json.loads(token)) for token in json.load(sys.stdin)], sys.stdout)
`;

describe('parseJson', () => {
  it('keeps numbers as Python writes them', { timeout: 180_000 }, async () => {
    const mantissas = ['0', '1', '-1.5', '9.999999999999999', '1.2345678901234567', '-0.0', '123456789.25'];
    const tokens = mantissas.flatMap((mantissa) =>
      Array.from({ length: 60 }, (_, index) => `${mantissa}E${index - 30}`),
    );
    tokens.push(
      '0',
      '-0',
      '1',
      '1.0',
      '0.1',
      '-12345678901234567890',
      '9007199254740993',
      '5e-324',
      '1'.repeat(4300),
    );
    const expected = await runPython<string[]>(program, tokens);
    expect(tokens.map((token) => stringifyJson(parseJson(token)))).toEqual(expected);
    expect(stringifyJson(parseJson(`[${tokens.join(' , ')}]`))).toBe(`[${expected.join(',')}]`);
  });

  it('returns plain numbers when they are written the same', () => {
    expect(parseJson('[0, -17, 0.5, 1e22, 100000000000000000000]')).toEqual([0, -17, 0.5, 1e22, 1e20]);
    expect(parseJson('[1.0, 1e16]')).toEqual([new LosslessNumber('1.0'), new LosslessNumber('1e+16')]);
  });

  it.each(['', '1.0'])('reads strings, escapes and white space like JSON.parse beside "%s"', (extra) => {
    const text = String.raw`{ "a\"\\" : [ "\u00e9\ud83d\ude00\ud800\n" , "\\\\" ,true,false,null,[ ],{ },{"a":1,"a":2} ] ,
      "":"${'x'.repeat(100)}"${extra && `,"n":${extra}`}}`;
    const expected = JSON.parse(text.replace('1.0', '1'));
    expect(JSON.parse(stringifyJson(parseJson(text)))).toEqual(expected);
  });

  it('reads the words of Python as null', () => {
    expect(parseJson('[NaN, Infinity, -Infinity, 1e999, -1e999]')).toEqual([null, null, null, null, null]);
  });

  it.each(['', '1.0,'])('creates an own property for __proto__ beside "%s"', (extra) => {
    const [value] = (parseJson(`[{"__proto__":{"polluted":1}},${extra}0]`) as [object]).slice(0, 1);
    expect(Object.keys(value!)).toEqual(['__proto__']);
    expect((value as { polluted?: unknown }).polluted).toBeUndefined();
    expect(stringifyJson(value)).toBe('{"__proto__":{"polluted":1}}');
  });

  it.each(
    [
      [
        '',
        ' ',
        '{',
        '[',
        '[1',
        '[1,',
        '[1,]',
        '[,1]',
        '{"a"',
        '{"a":',
        '{"a":1',
        '{"a":1,}',
        '{a:1}',
        '{1.0:2}',
        '"a',
      ],
      [
        '1 2',
        '1.0 2',
        '[1.0 2]',
        '01',
        '1.',
        '.5',
        '+1',
        '-',
        '1e',
        '1.0.0',
        '0x10',
        '1.0e+',
        'nan',
        'nulll',
        '- 1',
      ],
      [
        '"\n"',
        '"\\x"',
        '"\\u12"',
        "'a'",
        '[1.0,"\u0000"]',
        '\ufeff{}',
        '[1.0]]',
        '[1.0}',
        '{"a":1.0]',
        'undefined',
      ],
      ['NaN1', '[NaN', '\u00a0', '[1.0,\v1]', '"\\', '"\\"', '[1.0 // c\n]'],
    ].flat(),
  )('refuses %j', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  it('refuses an integer of more digits than Python reads', () => {
    expect(() => parseJson('1'.repeat(4301))).toThrow(SyntaxError);
  });

  it('limits the number of values', () => {
    expect(() => parseJson(`[${'0,'.repeat(5_000_000)}0]`)).toThrow(/5000000 values/);
  });

  it('reveals nothing of the text in an error', () => {
    for (const text of ['{"secret": oops}', '["secret\\x"]', 'secret', '[1.0, secret]']) {
      expect(() => parseJson(text)).toThrow(/^(?!.*(secret|oops)).*$/);
    }
  });

  it.each(['1', '1.0'])('limits the nesting around %s', (inner) => {
    const nested = (depth: number) => `${'['.repeat(depth)}${inner}${']'.repeat(depth)}`;
    expect(stringifyJson(parseJson(nested(500)))).toBe(nested(500));
    expect(() => parseJson(nested(501))).toThrow(/deeper than 500/);
    expect(() => parseJson('['.repeat(5_000_000))).toThrow(SyntaxError);
    expect(() => parseJson('{"a":'.repeat(1_000_000))).toThrow(SyntaxError);
  });

  it('takes linear time for strings of quotes and backslashes', () => {
    const text = JSON.stringify(['\\"'.repeat(1_000_000), '\\'.repeat(1_000_000)]);
    const start = performance.now();
    expect(parseJson(text)).toEqual(JSON.parse(text));
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

describe('stringifyJson', () => {
  it('writes what JSON.stringify does', () => {
    const value = {
      a: [1, 0.5, -0, null, true, 'é\u2028"\\\n\ud800', {}, []],
      '2': 1e21,
      'a b': { c: undefined },
    };
    expect(stringifyJson(value)).toBe(JSON.stringify(value));
  });
});
