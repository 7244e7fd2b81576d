import { expect, it } from 'vitest';
import { chooseMimeType, textOf } from '../../../web/src/notebook/output/choose-mime-type.js';
import { overwrittenText } from '../../../web/src/notebook/output/overwritten-text.js';

it.each([
  ['plain\ntext', 'plain\ntext'],
  ['10%\r20%\r100%\n', '100%\n'],
  ['long line\rshort', 'shortline'],
  ['windows\r\nends\r\n', 'windows\nends\n'],
  ['abc\b\bX', 'aX'],
  ['\b\bx', 'x'],
])('%j is shown as %j', (text, shown) => {
  expect(overwrittenText(text)).toBe(shown);
});

it.each([
  [{ 'text/plain': '', 'text/html': '' }, 'text/html', 'frame'],
  [{ 'text/plain': '', 'image/png': '' }, 'image/png', 'image'],
  [{ 'image/png': '', 'image/svg+xml': '' }, 'image/svg+xml', 'image'],
  [{ 'text/plain': '', 'text/latex': '' }, 'text/latex', 'latex'],
  [{ 'text/plain': '', 'application/json': {} }, 'application/json', 'json'],
  [{ 'text/plain': '', 'application/vnd.unknown+json': {} }, 'text/plain', 'text'],
  [{ 'application/vnd.unknown+json': {} }, 'application/vnd.unknown+json', 'json'],
  [{ 'text/html': '', 'application/vnd.plotly.v1+json': {} }, 'application/vnd.plotly.v1+json', 'chart'],
  [{ 'image/png': '', 'application/vnd.vegalite.v4+json': {} }, 'application/vnd.vegalite.v4+json', 'chart'],
  [{ 'text/plain': '', 'application/vnd.vegalite.v6+json': {} }, 'application/vnd.vegalite.v6+json', 'chart'],
  [{ 'text/plain': '', 'application/vnd.vega.v5+json': {} }, 'application/vnd.vega.v5+json', 'chart'],
  [{ 'text/plain': '', 'application/vnd.vega.v2+json': {} }, 'text/plain', 'text'],
])('of %j the type %s is shown', (data, type, kind) => {
  expect(chooseMimeType(data)).toEqual({ type, kind });
});

it('a chart that is not drawn is shown in another form, or as JSON', () => {
  const chart = { 'application/vnd.plotly.v1+json': {} };
  const options = { withCharts: false };
  expect(chooseMimeType({ ...chart, 'image/png': '' }, options)).toEqual({
    type: 'image/png',
    kind: 'image',
  });
  expect(chooseMimeType(chart, options)).toEqual({ type: 'application/vnd.plotly.v1+json', kind: 'json' });
});

it('a hostile text is shown soon', () => {
  const start = performance.now();
  overwrittenText(`${'\r'.repeat(500_000)}x`);
  overwrittenText(`${'x'.repeat(20_000)}${'\rab'.repeat(100_000)}`);
  expect(performance.now() - start).toBeLessThan(2_000);
});

it('a bundle without a known type is not shown', () => {
  expect(chooseMimeType({ 'x/y': 1 })).toBeUndefined();
});

it('a text may be stored as a list of lines', () => {
  expect([textOf('a'), textOf(['a\n', 'b']), textOf({ a: 1 })]).toEqual(['a', 'a\nb', '{\n  "a": 1\n}']);
});
