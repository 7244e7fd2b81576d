import { expect, it } from 'vitest';
import { DatabaseAwayError } from '../../src/engines/database/database-away-error.js';
import type { ExecutionEvent, LogEntry } from '../../src/executions/execution-event.js';
import type { ExecutionLog } from '../../src/executions/execution-log.js';
import { resumeLog } from '../../src/executions/resume-log.js';

it('waits for a database that does not answer: the run that goes on would be left', async () => {
  const entries: LogEntry[] = [{ sequence: 2, event: { type: 'stream', name: 'stdout', text: 'a' } }];
  const asked: string[] = [];
  /** Answers every second question. */
  const answer = async <T>(question: string, value: T): Promise<T> => {
    asked.push(question);
    if (asked.length % 2 === 1) throw new DatabaseAwayError(undefined);
    return value;
  };
  const log = {
    state: () => answer('state', { sequence: 2, position: 7, size: 1 }),
    read: () => answer('read', entries),
  };
  const { state, collector } = await resumeLog(log as unknown as ExecutionLog, 'a', undefined);
  expect(state.position).toBe(7);
  expect(collector.outputs).toMatchObject([{ text: 'a' }]);
  expect(asked).toEqual(['state', 'state', 'read', 'read']);
});

it.each(['not_delivered', 'backlog', 'log_limit'] as const)(
  'a log that lacks output (%s) has outputs that are not whole',
  async (reason) => {
    const lost = { type: 'output_lost', count: 1, reason } as ExecutionEvent;
    const entries: LogEntry[] = [
      { sequence: 2, event: { type: 'stream', name: 'stdout', text: 'a' } },
      { sequence: 3, event: lost },
    ];
    const log = {
      state: async () => ({ sequence: 3, position: 0, size: 1 }),
      read: async (_id: string, after: number) => entries.filter(({ sequence }) => sequence > after),
    };
    const { collector } = await resumeLog(log as unknown as ExecutionLog, 'a', undefined);
    expect(collector.outputs).toMatchObject([{ text: 'a' }]);
    expect(collector.isTruncated).toBe(true);
  },
);
