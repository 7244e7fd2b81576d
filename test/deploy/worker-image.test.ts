import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { plotting } from '../../src/workers/backends/external/local-python.js';

const read = (name: string) => readFileSync(new URL(`../../deploy/worker/${name}`, import.meta.url), 'utf8');

test('the image of workers draws the plot of the demo with what local workers have for it', () => {
  // The image has a newer Python than the oldest one of a local worker.
  const pins = plotting.filter((pin) => !pin.includes('<')).map((pin) => pin.split(';')[0]);
  expect(read('plotting.txt').trim().split('\n')).toEqual(pins);
  expect(read('Dockerfile')).toContain('ARG WITH_PLOTTING=1\n');
});
