import { expect, it } from 'vitest';
import type { PageSessionFragment } from '../../../web/generated/notebook.js';
import { shownKernel } from '../../../web/src/notebook/kernel/kernel-status.js';

const sessionOf = (status: string, statusReason: string | null, worker: string | null = null) =>
  ({ status, statusReason, kernelName: 'python3', worker: { statusReason: worker } }) as PageSessionFragment;
const progress = { percent: 0, message: 'Starting the kernel' };

it.each([
  [null, 'none', 'No kernel'],
  [sessionOf('idle', null), 'idle', 'python3 idle'],
  [sessionOf('dead', 'worker_gone', 'requested'), 'stopped', 'python3 stopped: its worker was stopped'],
  [sessionOf('dead', 'worker_gone', 'idle_timeout'), 'stopped', 'python3 stopped: it was not used for long'],
  [sessionOf('dead', 'idle_timeout'), 'stopped', 'python3 stopped: it was not used for long'],
  [sessionOf('dead', 'worker_gone', 'lost'), 'dead', 'python3 dead'],
  [sessionOf('dead', 'worker_gone', 'out_of_memory'), 'dead', 'python3 dead: no memory was left'],
  [sessionOf('dead', 'kernel_died'), 'dead', 'python3 dead: it ended by itself'],
  [sessionOf('dead', null), 'dead', 'python3 dead'],
])('a kernel %# is shown as %3$s', (session, status, text) => {
  const isLive = status === 'idle';
  expect(shownKernel({ session, progress: null })).toEqual({ status, text, isLive });
});

it('a kernel that starts instead of a dead one is not called dead', () => {
  const session = sessionOf('dead', 'worker_gone', 'requested');
  expect(shownKernel({ session, progress })).toMatchObject({ status: 'starting', isLive: false });
  expect(shownKernel({ session: sessionOf('idle', null), progress })).toMatchObject({ status: 'idle' });
});
