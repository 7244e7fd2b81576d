import { expect, it } from 'vitest';
import { nextSync } from '../../src/remotes/next-sync.js';

const now = new Date('2026-01-01T00:00:00Z');
const seconds = (after: Partial<Parameters<typeof nextSync>[0]>, random = 0.5) => {
  const next = nextSync({ now, failures: 0, fault: null, intervalSeconds: null, ...after }, () => random);
  return next && Math.round((next.getTime() - now.getTime()) / 1000);
};

it.each([
  [{}, null],
  [{ intervalSeconds: 60 }, 60],
  [{ fault: 'unreachable', failures: 1 }, 30],
  [{ fault: 'unreachable', failures: 4 }, 240],
  [{ fault: 'unreachable', failures: 8 }, 3600],
  [{ fault: 'unreachable', failures: 9 }, null],
  [{ fault: 'unauthorized', failures: 1 }, null],
  [{ fault: 'unauthorized', failures: 1, intervalSeconds: 60 }, 60],
  [{ fault: 'unreachable', failures: 1, intervalSeconds: 300 }, 300],
  [{ fault: 'unreachable', failures: 6, intervalSeconds: 300 }, 960],
  [{ fault: 'unreachable', failures: 400, intervalSeconds: 300 }, 3600],
  [{ fault: 'unreachable', failures: 400, intervalSeconds: 86_400 }, 86_400],
] as const)('after %j the next sync is in %s seconds', (after, expected) => {
  expect(seconds(after)).toBe(expected);
});

it('the delay varies by 10 %', () => {
  expect([seconds({ intervalSeconds: 100 }, 0), seconds({ intervalSeconds: 100 }, 0.999)]).toEqual([90, 110]);
});
