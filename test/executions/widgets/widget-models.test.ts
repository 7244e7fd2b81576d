import { expect, test } from 'vitest';
import { WidgetModels } from '../../../src/executions/widgets/widget-models.js';

const mebibyte = 1024 * 1024;

function create() {
  const dropped: string[] = [];
  return { dropped, models: new WidgetModels((commId) => dropped.push(commId)) };
}

const open = (models: WidgetModels, commId: string, size: number) =>
  models.open(commId, { state: { text: 'x'.repeat(size) }, buffers: [] });

test('reports the models that it drops because of others', () => {
  const { models, dropped } = create();
  for (const id of ['a', 'b', 'c']) open(models, id, 6 * mebibyte);
  expect(dropped).toEqual(['a']);
});

test('reports a model that is too large by itself, also when it has grown', () => {
  const { models, dropped } = create();
  open(models, 'large', 17 * mebibyte);
  expect(dropped).toEqual(['large']);
  open(models, 'grown', 1);
  models.update('grown', { state: { more: 'x'.repeat(17 * mebibyte) }, buffers: [] });
  expect(dropped).toEqual(['large', 'grown']);
  expect(models.has('grown')).toBe(false);
});

test('keeps no more models than their number allows, however small they are', () => {
  const { models, dropped } = create();
  for (let i = 0; i < 20_000; i++) models.open(`comm-${i}`, { state: {}, buffers: [] });
  expect(dropped.length).toBeGreaterThan(2_000);
  expect(dropped[0]).toBe('comm-0');
  expect(models.has('comm-19999')).toBe(true);
});

const stateOf = (models: WidgetModels, commId: string) => models.document.state[commId];
const named = (state: object) => ({ state: { _model_name: 'M', ...state }, buffers: [] });

test('a change replaces members and their binary values, whatever they are called', () => {
  const { models } = create();
  models.open('a', named({ value: 1, kept: 2 }));
  const buffer = (data: string, ...path: (string | number)[]) => ({
    encoding: 'base64' as const,
    path,
    data,
  });
  models.update('a', { state: { more: 3 }, buffers: [buffer('aa', 'value', 0), buffer('bb', 'value', 1)] });
  expect(stateOf(models, 'a')).toMatchObject({ buffers: [{ data: 'aa' }, { data: 'bb' }] });
  expect(stateOf(models, 'a')!.state).toEqual({ _model_name: 'M', kept: 2, more: 3 });
  models.update('a', { state: JSON.parse('{"value": 4, "__proto__": {"x": 1}}'), buffers: [] });
  const { state, buffers } = stateOf(models, 'a')!;
  expect(JSON.parse(JSON.stringify(state))).toEqual(
    JSON.parse('{"_model_name": "M", "kept": 2, "more": 3, "value": 4, "__proto__": {"x": 1}}'),
  );
  expect(Object.getPrototypeOf(state)).toBe(Object.prototype);
  expect(buffers).toBeUndefined();
});

test('a document does not change with the models that it describes', () => {
  const { models } = create();
  models.open('a', named({ value: 1 }));
  const before = stateOf(models, 'a');
  models.update('a', { state: { value: 2 }, buffers: [] });
  expect([before, stateOf(models, 'a')]).toMatchObject([{ state: { value: 1 } }, { state: { value: 2 } }]);
});

test('a document is made once between two changes', () => {
  const { models } = create();
  models.open('a', named({ value: 1 }));
  const first = models.document;
  expect(models.document).toBe(first);
  const changes = [
    () => models.update('a', { state: { value: 2 }, buffers: [] }),
    () => models.open('b', named({})),
    () => models.delete('b'),
    () => models.clear(),
  ];
  const documents = changes.map((change) => {
    change();
    return models.document;
  });
  expect(new Set([first, ...documents]).size).toBe(5);
  expect(documents.map(({ state }) => Object.keys(state).toSorted())).toEqual([['a'], ['a', 'b'], ['a'], []]);
});

test('a change of a large model takes time for what it changes only', () => {
  const { models } = create();
  const members = Array.from({ length: 9_000 }, (_, i) => [`member-${i}`, 'x'.repeat(1_000)]);
  models.open('a', named(Object.fromEntries(members)));
  const begin = performance.now();
  for (let i = 0; i < 5_000; i++) models.update('a', { state: { 'member-7': i }, buffers: [] });
  expect(performance.now() - begin).toBeLessThan(2_000);
  expect(stateOf(models, 'a')!.state).toMatchObject({ 'member-7': 4_999 });
});

test('a model with more than 10,000 members is dropped, also when it has grown', () => {
  const { models, dropped } = create();
  const members = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}`, 0]));
  models.open('large', { state: members(10_001), buffers: [] });
  models.open('grown', { state: members(10_000), buffers: [] });
  expect(dropped).toEqual(['large']);
  models.update('grown', { state: { more: 1 }, buffers: [] });
  expect(dropped).toEqual(['large', 'grown']);
  expect([models.has('large'), models.has('grown')]).toEqual([false, false]);
});

test('binary values without content count too', () => {
  const { models, dropped } = create();
  const buffers = Array.from({ length: 200_000 }, () => ({
    encoding: 'base64' as const,
    path: ['x'],
    data: '',
  }));
  models.open('a', { state: {}, buffers });
  expect(dropped).toEqual(['a']);
});

test('takes next to no memory before it has any', () => {
  const before = process.memoryUsage();
  const made = Array.from({ length: 300 }, () => create());
  const after = process.memoryUsage();
  expect(made).toHaveLength(300);
  const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  expect(grown / made.length).toBeLessThan(30_000);
});
