import { expect, it } from 'vitest';
import { problemsOf } from '../../web/src/problems/problem-list.js';
import { runsOf } from '../../web/src/runs/run-list.js';

const row = (id: string, exception: { name: string; message: string } | null) => ({
  ...{ id, sessionId: 's1', workspaceId: 'w1', userId: 'u1', path: 'a.ipynb' },
  ...{ status: 'error' as const, code: 'import time\n1 / 0', cellIndex: 0, executionCount: 1 },
  ...{ createdAt: '2026-01-01T00:00:01.000Z', finishedAt: null, error: null, exception },
});

it('an error says what the exception says; who interrupts a kernel has no error', () => {
  const runs = runsOf(
    [
      row('r1', { name: 'ZeroDivisionError', message: 'division by zero' }),
      row('r2', { name: 'KeyboardInterrupt', message: '' }),
      row('r3', null),
    ],
    [],
  );
  expect(problemsOf('demo', runs, undefined, undefined).map(({ detail }) => detail)).toEqual([
    'ZeroDivisionError: division by zero',
    'An exception in: import time',
  ]);
});
