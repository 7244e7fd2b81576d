import { describe, expect, test } from 'vitest';
import { chooseServer } from '../../../src/workers/servers/choose-server.js';
import type { RegisteredServer } from '../../../src/workers/servers/registered-server.js';
import type { ServerState } from '../../../src/workers/servers/server-health.js';

/** A server that answers and offers Python; `down` and `kernels` change that. */
function server(
  id: string,
  options: { workers?: number; down?: string; kernels?: string[] } & Partial<RegisteredServer> = {},
) {
  const { workers = 0, down, kernels = ['python3'], ...rest } = options;
  const endpoint = { baseUrl: `http://${id}.example/`, token: '' };
  const state: ServerState = {
    unavailableReason: down ?? null,
    kernelNames: down ? [] : kernels,
    lastCheckedAt: new Date(),
    missedSince: down ? 0 : null,
  };
  return {
    server: {
      id,
      name: id,
      endpoint,
      capacity: null,
      isEnabled: true,
      fault: null,
      ...rest,
    } as RegisteredServer,
    state,
    workers,
  };
}

function choose(given: ReturnType<typeof server>[], kernelName: string | null = 'python3') {
  const chosen = chooseServer(
    given.map((one) => one.server),
    new Map(given.map((one) => [one.server.id, one.state])),
    new Map(given.map((one) => [one.server.id, one.workers])),
    kernelName,
  );
  return typeof chosen === 'string' ? chosen : { id: chosen.id };
}

describe('the server of a new worker', () => {
  test.each([
    [
      'the one with the lowest share of its capacity in use',
      [server('a', { capacity: 2, workers: 1 }), server('b', { capacity: 10, workers: 4 })],
      'b',
    ],
    [
      'one without a limit before one with a limit that is in use',
      [server('a', { capacity: 10, workers: 1 }), server('b', { workers: 50 })],
      'b',
    ],
    [
      'of equal ones the one with the fewest workers',
      [server('a', { workers: 3 }), server('b', { workers: 2 })],
      'b',
    ],
    [
      'one with room',
      [server('a', { capacity: 1, workers: 1 }), server('b', { capacity: 9, workers: 8 })],
      'b',
    ],
    ['one that offers the kernel', [server('a', { kernels: ['ir'] }), server('b', { workers: 9 })], 'b'],
    ['an enabled one', [server('a', { isEnabled: false }), server('b', { workers: 9 })], 'b'],
    ['one that answers', [server('a', { down: 'It is down.' }), server('b', { workers: 9 })], 'b'],
  ])('is %s', (_what, given, id) => {
    expect(choose(given)).toEqual({ id });
    expect(choose([...given].reverse())).toEqual({ id });
  });

  test.each([
    ['none is registered', [], /No Jupyter server is registered/],
    ['all are disabled', [server('a', { isEnabled: false })], /No Jupyter server is registered/],
    ['the only one is down', [server('a', { down: 'The reason.' })], /^The reason\.$/],
    ['all are down', [server('a', { down: 'One.' }), server('b', { down: 'Two.' })], /None .* answers/],
    ['none has the kernel', [server('a', { kernels: ['ir'] })], /has the kernel python3/],
    [
      'all are full',
      [server('a', { capacity: 1, workers: 1 }), server('b', { capacity: 2, workers: 3 })],
      /full/,
    ],
  ])('is none, with the reason, when %s', (_what, given, reason) => {
    expect(choose(given)).toMatch(reason);
  });

  test.each([
    ['python3', 'Python3'],
    ['Python3', 'python3'],
  ])('that lists the kernel %s offers %s, as Jupyter compares the names in lower case', (listed, named) => {
    expect(choose([server('a', { kernels: [listed] })], named)).toEqual({ id: 'a' });
  });

  test('may offer any kernel when none is named', () => {
    expect(choose([server('a', { kernels: ['ir'] })], null)).toEqual({ id: 'a' });
  });
});
