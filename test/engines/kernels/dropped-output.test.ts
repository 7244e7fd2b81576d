import { expect, test } from 'vitest';
import type { IncomingMessage } from '../../../src/engines/kernels/decode-message.js';
import { droppedMessage } from '../../../src/engines/kernels/dropped-message.js';
import type { KernelEvent } from '../../../src/engines/kernels/kernel-event.js';
import { KernelRun } from '../../../src/engines/kernels/kernel-run.js';
import { KernelState } from '../../../src/engines/kernels/kernel-state.js';

const busy = {
  channel: 'iopub',
  header: { msg_id: 'kernel_1_1', msg_type: 'status' },
  parent_header: { msg_id: 'run', msg_type: 'execute_request', session: 'client' },
  content: { execution_state: 'busy' },
  event: { type: 'status', execution_state: 'busy' },
  restarting: false,
} as unknown as IncomingMessage;

/** A kernel that has begun the request `run`, and what is reported of it outside of runs. */
function begin() {
  const others: [string | undefined, KernelEvent, number?][] = [];
  const state = new KernelState(() => {}, { isNew: true });
  state.onOtherEvent = (...other) => others.push(other);
  return { state, others };
}
const lost = (count: number): KernelEvent => ({ type: 'output_lost', count, reason: 'not_delivered' });

test('output that the relay dropped belongs to the newest run, where the newest request runs no code', () => {
  const { state, others } = begin();
  state.received(busy);
  others.length = 0;
  state.received(droppedMessage({ count: 3, parentId: 'a', parentType: 'complete_request', position: 9 }));
  state.received(droppedMessage({ count: 1, parentId: 'b', parentType: 'execute_request', position: 10 }));
  // Of an older relay.
  state.received(droppedMessage({ count: 2, parentId: 'c', position: 11 }));
  expect(others).toEqual([
    ['run', lost(3), 9],
    ['b', lost(1), 10],
    ['c', lost(2), 11],
  ]);
});

test('it is in the log of that run while it goes on', () => {
  const { state, others } = begin();
  const events: KernelEvent[] = [];
  state.run = new KernelRun({
    ...{ messageId: 'run', clientId: 'client', requestInfo() {}, isSilent: () => false },
    onEvent: (event) => events.push(event),
  });
  state.received(busy);
  state.received(droppedMessage({ count: 3, parentId: 'a', parentType: 'complete_request', position: 9 }));
  expect(events.at(-1)).toEqual(lost(3));
  expect(others).toEqual([]);
});

test('what a new kernel prints before it has run code belongs to no run of the kernel before it', () => {
  const { state, others } = begin();
  const parent_header = { msg_id: '', msg_type: '', session: '' };
  const event = { type: 'stream', name: 'stdout', text: 'starts\n' } as const;
  const header = { msg_id: 'kernel_1_2', msg_type: 'stream' };
  state.received({ ...busy, header, parent_header, event } as unknown as IncomingMessage);
  expect(others).toEqual([['', event, undefined]]);
});
