import { expect, test } from 'vitest';
import { readStates } from '../../../src/executions/widgets/control-comm.js';

const model = (name: string) => ({ state: { _model_name: name } });

test('gives each model its own binary values', () => {
  const data = {
    states: { a: model('A'), b: model('B') },
    buffer_paths: [['b', 'x'], null, ['a', 'y', 0], ['b', 'z'], ['b', 'missing']],
  };
  const encoding = 'base64';
  expect(readStates(data, ['1', '2', '3', '4'])).toEqual([
    ['a', { state: { _model_name: 'A' }, buffers: [{ encoding, path: ['y', 0], data: '3' }] }],
    [
      'b',
      {
        state: { _model_name: 'B' },
        buffers: [
          { encoding, path: ['x'], data: '1' },
          { encoding, path: ['z'], data: '4' },
        ],
      },
    ],
  ]);
});

test('reads 10,000 binary values of one model, and no more, without much work for each', () => {
  const count = 200_000;
  const data = { states: { a: model('A') }, buffer_paths: Array.from({ length: count }, (_, i) => ['a', i]) };
  const begin = performance.now();
  const [[, read] = []] = readStates(data, Array<string>(count).fill(''));
  expect(performance.now() - begin).toBeLessThan(2_000);
  expect(read?.buffers).toHaveLength(10_000);
  expect(read?.buffers.at(-1)?.path).toEqual([9_999]);
});
