import { expect, it } from 'vitest';
import { scrape } from '../../support/metrics.js';
import { readEvents } from '../../support/sse.js';
import { at, run, runAll, session, setUpKernels } from './kernel-fixture.js';

setUpKernels();

it('counts runs by their end, with the times to their start, first output and end', async () => {
  await runAll('print(1)\nprint(2)');
  await runAll('1 / 0');
  await runAll('x = 1');
  const { sum } = await scrape(at);
  expect(sum('notebook_gateway_executions_total', { status: 'ok' })).toBe(2);
  expect(sum('notebook_gateway_executions_total', { status: 'error' })).toBe(1);
  expect(sum('notebook_gateway_execution_wait_seconds_count')).toBe(3);
  expect(sum('notebook_gateway_execution_first_output_seconds_count')).toBe(2);
  expect(sum('notebook_gateway_execution_duration_seconds_count')).toBe(3);
  expect(sum('notebook_gateway_execution_duration_seconds_sum')).toBeGreaterThan(0);
  expect(sum('notebook_gateway_workers', { backend: 'external' })).toBe(1);
  expect(sum('notebook_gateway_kernels')).toBe(1);
});

it('shows what runs, what waits and open streams while they do', async () => {
  const slow = readEvents(await run('import time\ntime.sleep(600)'));
  const next = runAll('print("next")');
  await expect
    .poll(async () => {
      const { sum } = await scrape(at);
      return [
        sum('notebook_gateway_executions', { state: 'running' }),
        sum('notebook_gateway_executions', { state: 'queued' }),
        sum('notebook_gateway_open_answers', { kind: 'stream' }),
      ];
    })
    .toEqual([1, 1, 2]);
  expect((await at.rest('POST', `/sessions/${session}/interrupt`)).status).toBe(200);
  await Promise.all([slow, next]);
  await expect
    .poll(async () => {
      const { sum } = await scrape(at);
      return sum('notebook_gateway_executions') + sum('notebook_gateway_open_answers', { kind: 'stream' });
    })
    .toBe(0);
});
