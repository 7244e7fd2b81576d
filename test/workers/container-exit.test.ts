import type { ContainerInspectInfo } from 'dockerode';
import { expect, test } from 'vitest';
import { describeContainerExit, mayBeOutOfMemory } from '../../src/workers/backends/docker/container-exit.js';

const endedAt = Date.parse('2026-01-01T12:00:00.123456789Z');
const container = (state: { OOMKilled: boolean; ExitCode: number }) =>
  ({ State: { ...state, FinishedAt: '2026-01-01T12:00:00.123456789Z' } }) as ContainerInspectInfo;
const killed = container({ OOMKilled: true, ExitCode: 137 });
const byItself = 'The Jupyter server of this worker ended by itself with status 137; start a new worker.';

test.each([-9_000, 0, 500])('is out_of_memory where the engine said so %i ms from the end', (ms) => {
  const known = { outOfMemoryAt: endedAt + ms, watchedMs: 60_000 };
  expect(describeContainerExit(killed, known).reason).toBe('out_of_memory');
});

test.each([undefined, endedAt - 11_000])('has exited where no event shortly before said more', (at) => {
  const known = { outOfMemoryAt: at, watchedMs: 10_000 };
  expect(describeContainerExit(killed, known)).toEqual({ reason: 'exited', detail: byItself });
});

test.each([undefined, endedAt - 11_000])('says only what is known where events were missed', (at) => {
  const known = { outOfMemoryAt: at, watchedMs: 9_999 };
  expect(describeContainerExit(killed, known)).toEqual({
    reason: 'exited',
    detail:
      'The Jupyter server of this worker was killed with status 137, and its container ran out of memory then or before; ' +
      'start a new worker.',
  });
});

test('is never put down to memory with another status, or without a lack of memory', () => {
  const known = { outOfMemoryAt: endedAt, watchedMs: 0 };
  for (const state of [
    { OOMKilled: true, ExitCode: 1 },
    { OOMKilled: false, ExitCode: 137 },
  ]) {
    expect(mayBeOutOfMemory(container(state))).toBe(false);
    expect(describeContainerExit(container(state), known)).toEqual({
      reason: 'exited',
      detail: `The Jupyter server of this worker ended by itself with status ${state.ExitCode}; start a new worker.`,
    });
  }
});
