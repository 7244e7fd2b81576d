import { describe, expect, test } from 'vitest';
import { lastLines } from '../../src/workers/last-lines.js';

describe('the last lines of an output', () => {
  test('are at most 10, without blank ones', () => {
    const output = Array.from({ length: 30 }, (_, index) => `line ${index}\n\n`).join('');
    expect(lastLines(output, []).split('\n')).toEqual(
      [20, 21, 22, 23, 24, 25, 26, 27, 28, 29].map((n) => `line ${n}`),
    );
    expect(lastLines('\n \n', [])).toBe('');
  });

  test('have at most 2 KiB, and whole characters', () => {
    const text = lastLines('€'.repeat(5_000), []);
    expect(text).toMatch(/^…€+$/);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2_048);
    expect(Buffer.byteLength(text)).toBeGreaterThan(2_040);
  });

  test('have no control characters and no escape codes of terminals', () => {
    const output =
      '\u001b[31mred\u001b[0m \u001b]0;title\u0007b\u0000\u0007el\u202etxt\u009b2J\r\nnext\rlast\ttab';
    expect(lastLines(output, [])).toBe('red beltxt\nnext\nlast\ttab');
  });

  test('have none of the secrets, those of more characters first, and no part of one that is cut off', () => {
    const secret = 'two lines\nof one key';
    const output = `a two lines b\nof one key\nabcdef abcd ${'s3cret-'.repeat(500)}`;
    expect(lastLines(output, ['abcd', 'abcdef', 'a', 's3cret-'.repeat(500), secret])).toBe(
      'a [hidden] b\n[hidden]\n[hidden] [hidden] [hidden]',
    );
  });

  test.each([
    ['Authorization: token abc.def', 'Authorization: [hidden]'],
    ["{'Authorization': 'Bearer abc', 'Host': 'x'}", "{'Authorization': [hidden]"],
    ['Cookie: a=b; c=d', 'Cookie: [hidden]'],
    ['got Bearer eyJhbGciOi.J9-_x/+==', 'got Bearer [hidden]'],
    ['http://127.0.0.1:1/lab?token=abc123&x=1', 'http://127.0.0.1:1/lab?token=[hidden]&x=1'],
    ['AWS_SECRET_ACCESS_KEY=abc/def', 'AWS_SECRET_ACCESS_KEY=[hidden]'],
    ['{"password": "hunter2", "user": "ada"}', '{"password": "[hidden]", "user": "ada"}'],
    ['postgresql://user:pw@host/database', 'postgresql://[hidden]@host/database'],
  ])('hide what looks like a secret: %s', (output, shown) => {
    expect(lastLines(output, [])).toBe(shown);
  });

  test.each([
    ['File "/usr/lib/python3.11/asyncio/events.py", line 80', 'File "…/events.py", line 80'],
    ['cwd=/srv/data/workers/x/files', 'cwd=…/files'],
    ['file:///home/ada/notes.txt', 'file:…/notes.txt'],
    ['a/b/c ./d/e http://host/f/g', 'a/b/c ./d/e http://host/f/g'],
  ])('have the last part of absolute paths only: %s', (output, shown) => {
    expect(lastLines(output, [])).toBe(shown);
  });

  test.each([
    '/'.repeat(200_000),
    'token'.repeat(50_000),
    'bearer '.repeat(30_000),
    '://a'.repeat(50_000),
    '/-'.repeat(100_000),
  ])('are found in time linear to the length of the output', (output) => {
    const before = process.cpuUsage();
    lastLines(output, []);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_000);
  });
});
