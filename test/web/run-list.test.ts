import { expect, it } from 'vitest';
import { mergeRuns, type Run } from '../../web/src/runs/run-list.js';

const run = (overrides: Partial<Run> = {}): Run => ({
  id: 'r1',
  sessionId: 's1',
  workspaceId: 'w1',
  userId: 'u1',
  status: 'running',
  createdAt: '2026-01-01T00:00:01.000Z',
  finishedAt: null,
  code: 'x',
  path: 'a.ipynb',
  branch: 'main',
  error: null,
  ...overrides,
});

it('an event without code and path keeps what is known of the run, and when it was created', () => {
  const event = run({
    status: 'ok',
    code: null,
    path: null,
    branch: null,
    createdAt: '2026-01-01T00:00:09.000Z',
  });
  expect(mergeRuns([run()], [event])).toEqual([run({ status: 'ok' })]);
});

it('a late answer does not make an ended run run again, nor hide its error', () => {
  const failed = run({ status: 'error', error: 'ValueError: no' });
  expect(mergeRuns([failed], [run()])).toEqual([failed]);
});

it('the newest run comes first, and old ones are dropped', () => {
  const runs = Array.from({ length: 100 }, (_, index) =>
    run({ id: `r${index}`, createdAt: new Date(index * 1_000).toISOString() }),
  );
  const merged = mergeRuns([], runs);
  expect(merged).toHaveLength(60);
  expect(merged[0]!.id).toBe('r99');
});
