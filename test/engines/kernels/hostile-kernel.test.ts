import { describe, expect, test } from 'vitest';
import { decodeMessage } from '../../../src/engines/kernels/decode-message.js';
import { toKernelEvent } from '../../../src/engines/kernels/to-kernel-event.js';
import { ofType, runCell } from '../../support/kernel.js';
import { kernel, setUpKernel } from './kernel-fixture.js';

setUpKernel();

describe('a kernel that sends invalid messages', { timeout: 60_000 }, () => {
  const send = (type: string, content: string) =>
    `k = get_ipython().kernel\n_sent = k.session.send(k.iopub_socket, '${type}', ${content}, parent=k.get_parent())`;

  test.each([
    ['stream', "{'name': 7, 'text': ['x']}", { name: 'stdout', text: '' }],
    ['display_data', "{'data': 'x', 'metadata': None}", { data: {}, metadata: {}, transient: {} }],
    ['execute_result', "{'data': [], 'execution_count': 'x'}", { data: {}, execution_count: null }],
    ['error', "{'ename': {}, 'traceback': [1, 'line']}", { ename: '', evalue: '', traceback: ['', 'line'] }],
    ['clear_output', "{'wait': 'yes'}", { wait: false }],
    ['comm_open', "{'comm_id': 3, 'target_module': 'os'}", { comm_id: '', target_name: '', data: {} }],
  ] as const)('has its %s sanitized', async (type, content, expected) => {
    const { reply, events } = await runCell(kernel, send(type, content));
    expect(reply.status).toBe('ok');
    expect(ofType(events, type)).toMatchObject([expected]);
  });

  test.each([
    ['unknown_type', "{'x': 1}"],
    ['status', "{'execution_state': 'sleeping'}"],
    ['shutdown_reply', '{}'],
  ])('has its %s ignored', async (type, content) => {
    const { reply, events } = await runCell(kernel, `${send(type, content)}\nprint('on')`);
    expect(reply.status).toBe('ok');
    expect(events.map((event) => event.type)).toEqual(['status', 'execute_input', 'stream', 'status']);
    expect(kernel.status).toBe('idle');
  });
});

describe('decodeMessage', () => {
  test.each(['', '{', 'null', '[]', '{"header":5,"content":"x"}', '{"channel":"elsewhere"}'])(
    'ignores what is no message: %s',
    (data) => {
      const message = decodeMessage(data);
      expect(message.header.msg_type).toBe('ignored');
      expect(message.event).toBeUndefined();
    },
  );

  test('ignores a binary message with wrong offsets', () => {
    const frame = new Uint8Array(32).fill(255).buffer;
    expect(decodeMessage(frame, 'v1.kernel.websocket.jupyter.org').header.msg_type).toBe('ignored');
  });

  test('accepts events from the iopub channel only', () => {
    const message = { header: { msg_type: 'stream' }, content: { name: 'stdout', text: 'x' } };
    expect(decodeMessage(JSON.stringify({ ...message, channel: 'iopub' })).event).toMatchObject({
      text: 'x',
    });
    expect(decodeMessage(JSON.stringify({ ...message, channel: 'shell' })).event).toBeUndefined();
  });
});

describe('toKernelEvent', () => {
  test('creates an event from an input_request', () => {
    const content = { prompt: 'name?', password: true };
    const event = toKernelEvent('input_request', content, { messageId: 'a1' });
    expect(event).toEqual({ type: 'input_request', ...content, request_id: 'a1' });
  });
});
