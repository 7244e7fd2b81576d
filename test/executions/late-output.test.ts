import { expect, it, vi } from 'vitest';
import { DurablePositions } from '../../src/executions/durable-positions.js';
import type { ExecutionEvent } from '../../src/executions/execution-event.js';
import type { ExecutionLog } from '../../src/executions/execution-log.js';
import { LateOutput, type LateOutputDeps } from '../../src/executions/late-output.js';
import { LogWriter, type LogWriterDeps } from '../../src/executions/log-writer.js';

const executionId = '00000000-0000-4000-8000-0000000000e1';
const output = { type: 'stream', name: 'stdout', text: 'late\n' } as ExecutionEvent;

/** Late output whose log is written when the test says so. */
function open() {
  const acknowledged: number[] = [];
  const positions = new DurablePositions((position) => acknowledged.push(position));
  const durable: { until?: (position: number) => void } = {};
  const executionLog = {
    lateWriter(_id: string, { onDurable }: { onDurable: (position: number) => void }) {
      durable.until = onDurable;
      return { write() {}, isBusy: true, flush: async () => {} };
    },
    closeLate() {},
  } as unknown as ExecutionLog;
  const late = new LateOutput({
    ...({
      executionLog,
      sessionId: 's',
      endWritten: async () => {},
    } as Partial<LateOutputDeps> as LateOutputDeps),
    positions,
  });
  return { late, positions, acknowledged, durable };
}

it('what no log has does not make the output before it durable', async () => {
  const { late, acknowledged, durable } = open();
  late.add(executionId, output, 5);
  late.add(executionId, undefined, 6);
  expect(acknowledged).toEqual([]);
  durable.until!(5);
  expect(acknowledged).toEqual([6]);
  await late.close();
});

it('what the run of the same execution has written does not make it durable', async () => {
  const { late, positions, acknowledged, durable } = open();
  late.add(executionId, output, 5);
  positions.received(executionId, 6);
  positions.written(executionId, 6);
  expect(acknowledged).toEqual([]);
  durable.until!(5);
  expect(acknowledged).toEqual([6]);
  await late.close();
});

it('what no log has is durable when nothing waits', async () => {
  const { late, acknowledged } = open();
  late.add(executionId, undefined, 3);
  expect(acknowledged).toEqual([3]);
  await late.close();
});

it('says what was dropped last before its log is closed, so that the relay need not keep it', async () => {
  vi.useFakeTimers();
  try {
    const acknowledged: number[] = [];
    const types: string[] = [];
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const prisma = { $queryRaw: () => answered.then(() => [{ owned: 1n }]) };
    const executionLog = {
      lateWriter: (_id: string, options: Pick<LogWriterDeps, 'onDurable'>) =>
        new LogWriter({
          ...({ prisma, epoch: () => 1, executionId, onDelay() {}, ...options } as unknown as LogWriterDeps),
          signal: new AbortController().signal,
          state: { sequence: 5, position: 0, size: 0 },
          onWritten: (entries) => types.push(...entries.map(({ entry }) => entry.event.type)),
        }),
      closeLate() {},
    } as unknown as ExecutionLog;
    const late = new LateOutput({
      ...({ executionLog, sessionId: 's' } as Partial<LateOutputDeps> as LateOutputDeps),
      positions: new DurablePositions((position) => acknowledged.push(position)),
    });
    const event = { ...output, text: 'x'.repeat(1024 * 1024) } as ExecutionEvent;
    for (let position = 1; position <= 70; position++) late.add(executionId, event, position);
    answer();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(types.at(-1)).toBe('output_lost');
    expect(acknowledged.at(-1)).toBe(70);
  } finally {
    vi.useRealTimers();
  }
});
