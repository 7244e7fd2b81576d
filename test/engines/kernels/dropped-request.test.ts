import { expect, it, vi } from 'vitest';
import type { IncomingMessage } from '../../../src/engines/kernels/decode-message.js';
import { KernelRun } from '../../../src/engines/kernels/kernel-run.js';

/** What ipykernel sends when an interrupt comes between `busy` and the code: the idle status and no reply. */
const idle = {
  channel: 'iopub',
  header: { msg_type: 'status', msg_id: 'kernel_1_1' },
  parent_header: { msg_id: 'run', session: 'client' },
  content: { execution_state: 'idle' },
  event: { type: 'status', execution_state: 'idle' },
} as unknown as IncomingMessage;

it('requests kernel info for a run without a reply, and the answer ends the run as aborted', async () => {
  const requestInfo = vi.fn();
  const isSilent = () => false;
  const run = new KernelRun({
    messageId: 'run',
    clientId: 'client',
    onEvent: () => {},
    requestInfo,
    isSilent,
  });
  run.receive(idle, 'run');
  await expect.poll(() => requestInfo.mock.calls.length).toBe(1);
  expect(run.onLaterRequestAnswered()).toBe(true);
  expect(await run.done).toEqual({ status: 'aborted', executionCount: null });
});
