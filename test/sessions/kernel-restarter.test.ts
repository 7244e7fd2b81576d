import pino from 'pino';
import { expect, it, vi } from 'vitest';
import type { Session } from '../../prisma/generated/client/client.js';
import type { KernelConnection } from '../../src/engines/kernels/kernel-connection.js';
import { KernelQueue } from '../../src/sessions/kernel-queue.js';
import { KernelRestarter } from '../../src/sessions/kernel-restarter.js';
import type { KernelStarter } from '../../src/sessions/kernel-starter.js';
import type { LiveSessions } from '../../src/sessions/live-sessions.js';
import type { SessionRows } from '../../src/sessions/session-rows.js';

function open() {
  const restart = vi.fn(async () => {});
  const kernel = { restart, status: 'idle' } as unknown as KernelConnection;
  const queue = new KernelQueue();
  const live = { kernel: () => kernel, statusWritten: async () => {} } as unknown as LiveSessions;
  const restarter = new KernelRestarter({
    ...{ queue, live },
    starter: {
      inSlot: (_id: string, _aborted: AbortSignal, work: (session: Session) => unknown) =>
        work({ isKernelMoved: false } as Session),
    } as KernelStarter,
    rows: {} as SessionRows,
    log: pino({ level: 'silent' }),
  });
  return { restart, queue, restarter };
}

it('a restart that waits behind other work is left out when it is not needed any more', async () => {
  const { restart, queue, restarter } = open();
  let end = () => {};
  const before = queue.run(
    's',
    () =>
      new Promise<void>((resolve) => {
        end = resolve;
      }),
  );
  let isNeeded = true;
  const waiting = restarter.restartIf('s', () => isNeeded);
  isNeeded = false;
  await Promise.resolve();
  end();
  await Promise.all([before, waiting]);
  expect(restart).not.toHaveBeenCalled();
});

it('a caller who restarts in any case does not join one that may be left out', async () => {
  const { restart, restarter } = open();
  const waiting = restarter.restartIf('s', () => false);
  await Promise.all([waiting, restarter.restart('s')]);
  expect(restart).toHaveBeenCalledOnce();
  await restarter.restartIf('s', () => true);
  expect(restart).toHaveBeenCalledTimes(2);
});
