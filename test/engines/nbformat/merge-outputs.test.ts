import { expect, it } from 'vitest';
import { mergeOutputs } from '../../../src/engines/nbformat/merge-outputs.js';
import { readNotebook } from '../../../src/engines/nbformat/read-notebook.js';

it('an object under a type that nbformat takes for text is kept under a JSON type, and texts stay', () => {
  const cell = { cell_type: 'code', id: 'a', metadata: {}, source: 'x', outputs: [], execution_count: null };
  const stored = Buffer.from(JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }));
  const data = {
    'application/vnd.vegalite.v6.json': { mark: 'bar' },
    'application/x-own': { a: 1 },
    'application/vnd.plotly.v1+json': { data: [] },
    'text/plain': ['a\n', 'b'],
  };
  const outputs = [
    { output_type: 'display_data', data, metadata: {} },
    { output_type: 'stream', name: 'stdout', text: 'on\n' },
  ];
  const bytes = mergeOutputs(stored, { cells: [{ cell: 'a', source: 'x', outputs, executionCount: 1 }] });
  const [saved] = readNotebook(bytes).cells;
  expect(saved).toMatchObject({
    outputs: [
      {
        data: {
          'application/vnd.vegalite.v6+json': { mark: 'bar' },
          'application/x-own': '{"a":1}',
          'application/vnd.plotly.v1+json': { data: [] },
          'text/plain': 'a\nb',
        },
      },
      { text: 'on\n' },
    ],
  });
});
