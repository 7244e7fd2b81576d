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

test('takes next to no memory before it has any', () => {
  const before = process.memoryUsage();
  const made = Array.from({ length: 300 }, () => create());
  const after = process.memoryUsage();
  expect(made).toHaveLength(300);
  const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  expect(grown / made.length).toBeLessThan(30_000);
});
