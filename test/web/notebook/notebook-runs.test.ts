import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PageExecutionFragment } from '../../../web/generated/notebook.js';
import { NotebookRuns } from '../../../web/src/notebook/kernel/notebook-runs.js';
import type { ApiRequests } from '../../../web/src/notebook/storage/api-requests.js';

/** The streams that are open, by execution: each function gives its stream an event. */
const open = new Map<string, (event: object) => void>();
const subscribe = ((_document, variables, { onData }) => {
  const { executionId } = variables as unknown as { executionId: string };
  open.set(executionId, (executionEvents) => onData({ executionEvents } as never));
  return () => open.delete(executionId);
}) as ApiRequests['subscribe'];

let runs: NotebookRuns;
beforeEach(() => {
  runs = new NotebookRuns({ subscribe }, () => {});
});
afterEach(() => {
  runs.close();
  open.clear();
});

const execution = (id: string, more: Partial<PageExecutionFragment> = {}): PageExecutionFragment => ({
  ...{ id, sessionId: 's', cellId: `cell-${id}`, code: 'x', status: 'running', userId: 'u' },
  ...{ createdAt: '2026-01-01T00:00:05Z', outputsSave: null, ...more },
});
const end = (id: string) => open.get(id)!({ type: 'final_response', sequence: 1, late: false, status: 'ok' });

describe('streams', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

  it('of only the last five ended runs stay open, also when all runs are reported again after a reconnect', () => {
    for (const id of ids) {
      runs.see(execution(id));
      end(id);
    }
    expect([...open.keys()]).toEqual(['d', 'e', 'f', 'g', 'h']);
    for (const id of ids) runs.see(execution(id, { status: 'ok' }));
    expect([...open.keys()]).toEqual(['d', 'e', 'f', 'g', 'h']);
  });

  it('of ended runs are not closed for runs that the gateway never took', () => {
    runs.see(execution('a'));
    end('a');
    for (const id of ids) {
      runs.begin({ executionId: `own-${id}`, cellId: `other-${id}`, sessionId: '' });
      runs.fail(`other-${id}`, `own-${id}`, 'Refused.');
    }
    expect([...open.keys()]).toEqual(['a']);
  });
});

it('an older run is not shown where the file has what a newer one printed', () => {
  const cellId = 'cell';
  const outputsSave = { status: 'saved' as const, error: null };
  runs.see(execution('newer', { cellId, createdAt: '2026-01-01T00:00:07Z', outputsSave }));
  runs.see(execution('older', { cellId, status: 'ok' }));
  expect(runs.get(cellId)).toBeUndefined();
});

describe('a run of this page that failed before the gateway had it', () => {
  const cellId = 'cell';
  const shown = () => runs.get(cellId)?.executionId;
  beforeEach(() => {
    runs.see(execution('before', { cellId, status: 'ok' }));
    runs.begin({ executionId: 'own', cellId, sessionId: '' });
    runs.see(execution('meanwhile', { cellId, createdAt: '2026-01-01T00:00:06Z' }));
    expect(shown()).toBe('own');
    runs.fail(cellId, 'own', 'Refused.');
  });

  it('is replaced by what somebody else ran meanwhile', () => {
    runs.see(execution('meanwhile', { cellId, createdAt: '2026-01-01T00:00:06Z' }));
    expect(shown()).toBe('meanwhile');
  });

  it('is replaced by a later run of somebody else', () => {
    runs.see(execution('later', { cellId, createdAt: '2026-01-01T00:00:07Z' }));
    expect(shown()).toBe('later');
    expect([...open.keys()]).toContain('later');
  });

  it('stays where runs that were known before it are reported again', () => {
    runs.see(execution('before', { cellId, status: 'ok' }));
    expect(runs.get(cellId)).toMatchObject({ executionId: 'own', state: { failure: 'Refused.' } });
  });

  it('stays where the file has what a later run printed', () => {
    const outputsSave = { status: 'saved' as const, error: null };
    runs.see(execution('later', { cellId, createdAt: '2026-01-01T00:00:07Z', outputsSave }));
    expect(shown()).toBe('own');
  });

  it('goes on where the gateway reports that it has it', () => {
    runs.see(execution('own', { cellId, createdAt: '2026-01-01T00:00:07Z' }));
    expect(runs.get(cellId)!.state).toMatchObject({ status: 'queued', failure: null });
    expect([...open.keys()]).toContain('own');
  });
});
