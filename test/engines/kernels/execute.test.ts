import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { KernelEvent } from '../../../src/engines/kernels/kernel-event.js';
import { beginEndlessCell, ofType, runCell, startPython } from '../../support/kernel.js';
import { client, jupyter, kernel, setUpKernel } from './kernel-fixture.js';

setUpKernel();

describe('execute', { timeout: 60_000 }, () => {
  test('reports busy, the input, the output and idle in this order', async () => {
    const { reply, events } = await runCell(kernel, "print('hello')");
    expect(reply.status).toBe('ok');
    expect(events.map(({ type }) => type)).toEqual(['status', 'execute_input', 'stream', 'status']);
    expect(events[0]).toEqual({ type: 'status', execution_state: 'busy' });
    const [input] = ofType(events, 'execute_input');
    expect(input).toEqual({
      type: 'execute_input',
      code: "print('hello')",
      execution_count: reply.executionCount,
    });
    expect(events[2]).toEqual({ type: 'stream', name: 'stdout', text: 'hello\n' });
    expect(events[3]).toEqual({ type: 'status', execution_state: 'idle' });
  });

  test('reports stderr as such and keeps every Unicode character', async () => {
    const { events } = await runCell(kernel, "import sys\nprint('żółć 🐍 \\u0000 文', file=sys.stderr)");
    const streams = ofType(events, 'stream');
    expect(new Set(streams.map(({ name }) => name))).toEqual(new Set(['stderr']));
    expect(streams.map(({ text }) => text).join('')).toBe('żółć 🐍 \u0000 文\n');
  });

  test('reports a result with its execution count', async () => {
    const { reply, events } = await runCell(kernel, '6 * 7');
    expect(ofType(events, 'execute_result')).toEqual([
      {
        type: 'execute_result',
        data: { 'text/plain': '42' },
        metadata: {},
        transient: {},
        execution_count: reply.executionCount,
      },
    ]);
  });

  test('reports an error and resolves with the status error', async () => {
    const { reply, events } = await runCell(kernel, '1 / 0');
    expect(reply.status).toBe('error');
    const [error] = ofType(events, 'error');
    expect(error).toMatchObject({ ename: 'ZeroDivisionError', evalue: 'division by zero' });
    expect(error?.traceback.length).toBeGreaterThan(1);
  });

  test('reports displays, their updates and clear_output', async () => {
    const { events } = await runCell(
      kernel,
      [
        'from IPython.display import clear_output, display, HTML',
        "handle = display(HTML('<b>1</b>'), display_id='shown')",
        "handle.update(HTML('<b>2</b>'))",
        'clear_output(wait=True)',
      ].join('\n'),
    );
    const transient = { display_id: 'shown' };
    expect(ofType(events, 'display_data')).toMatchObject([{ data: { 'text/html': '<b>1</b>' }, transient }]);
    expect(ofType(events, 'update_display_data')).toMatchObject([
      { data: { 'text/html': '<b>2</b>' }, transient },
    ]);
    expect(ofType(events, 'clear_output')).toEqual([{ type: 'clear_output', wait: true }]);
  });

  test('reports comm_open, comm_msg and comm_close', async () => {
    const { events } = await runCell(
      kernel,
      [
        'import comm',
        "opened = comm.create_comm(target_name='slider', data={'value': 1})",
        "opened.send({'value': 2})",
        'opened.close()',
      ].join('\n'),
    );
    const [opened] = ofType(events, 'comm_open');
    expect(opened).toMatchObject({ target_name: 'slider', data: { value: 1 } });
    expect(ofType(events, 'comm_msg')).toMatchObject([{ comm_id: opened?.comm_id, data: { value: 2 } }]);
    expect(ofType(events, 'comm_close')).toMatchObject([{ comm_id: opened?.comm_id }]);
    expect(events.some((event) => 'buffers' in event)).toBe(false);
  });

  test('reports the metadata of a comm_open, and binary buffers as base64', async () => {
    const { events } = await runCell(
      kernel,
      [
        'import comm',
        "opened = comm.create_comm(target_name='t', metadata={'version': '2.1.0'}, buffers=[b'one'])",
        "opened.send({}, buffers=[b'', memoryview(bytes(range(256)))])",
        "opened.close(buffers=[b'end'])",
        'k = get_ipython().kernel',
        "shown = {'data': {'text/plain': 'x'}, 'metadata': {}, 'transient': {'display_id': 'd'}}",
        "for kind in ['display_data', 'update_display_data']:",
        "    _ = k.session.send(k.iopub_socket, kind, shown, parent=k.get_parent(), buffers=[b'shown'])",
      ].join('\n'),
    );
    const base64 = (bytes: string | Uint8Array) => Buffer.from(bytes as Uint8Array).toString('base64');
    expect(ofType(events, 'comm_open')).toMatchObject([
      { metadata: { version: '2.1.0' }, buffers: [base64('one')] },
    ]);
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(ofType(events, 'comm_msg')).toMatchObject([{ buffers: ['', base64(all)] }]);
    expect(ofType(events, 'comm_close')).toMatchObject([{ buffers: [base64('end')] }]);
    expect(ofType(events, 'display_data')).toMatchObject([{ buffers: [base64('shown')] }]);
    expect(ofType(events, 'update_display_data')).toMatchObject([{ buffers: [base64('shown')] }]);
  });

  test('reports buffers that are too large as lost output and completes the run', async () => {
    const { reply, events } = await runCell(
      kernel,
      [
        'import comm',
        "opened = comm.create_comm(target_name='t')",
        'opened.send({}, buffers=[bytes(49 * 1024 * 1024)])',
        "print('on')",
      ].join('\n'),
    );
    expect(reply.status).toBe('ok');
    expect(ofType(events, 'comm_msg')).toEqual([]);
    expect(ofType(events, 'output_lost')).toEqual([
      { type: 'output_lost', count: 1, reason: 'not_delivered' },
    ]);
    expect(ofType(events, 'stream')).toMatchObject([{ text: 'on\n' }]);
  });

  test('waits for the answer to input(), which can be given once', async () => {
    const answers: boolean[] = [];
    const events: KernelEvent[] = [];
    const request = { code: "input('name?')", messageId: randomUUID() };
    await kernel.execute(request, (event) => {
      events.push(event);
      if (event.type !== 'input_request') return;
      for (const id of ['other', event.request_id, event.request_id])
        answers.push(kernel.answerInput(id, 'Ada'));
    });
    expect(answers).toEqual([false, true, false]);
    expect(ofType(events, 'execute_result')).toMatchObject([{ data: { 'text/plain': "'Ada'" } }]);
    expect(ofType(events, 'status').map(({ execution_state }) => execution_state)).toEqual([
      ...['busy', 'waiting_for_input', 'busy', 'idle'],
    ]);
  });

  test('loses none of 20,000 flushed prints', { timeout: 180_000 }, async () => {
    const { text, events } = await runCell(kernel, 'for i in range(20_000): print(i, flush=True)');
    expect(text).toBe(Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join(''));
    expect(ofType(events, 'output_lost')).toEqual([]);
  });

  test('reports a single print of 10 MB completely', async () => {
    const { text, events } = await runCell(kernel, "print('x' * 10_000_000)");
    expect(text.length).toBe(10_000_001);
    expect(ofType(events, 'output_lost')).toEqual([]);
  });

  test('runs code of 11 MB', async () => {
    const { reply, text } = await runCell(kernel, `text = '${'x'.repeat(11_000_000)}'\nprint(len(text))`);
    expect(reply.status).toBe('ok');
    expect(text).toBe('11000000\n');
  });

  test('counts nothing as lost when threads print at the same time', async () => {
    const { events } = await runCell(
      kernel,
      [
        'import threading',
        'def work():',
        '    for i in range(200): print(i, flush=True)',
        'threads = [threading.Thread(target=work) for _ in range(4)]',
        'for thread in threads: thread.start()',
        'for thread in threads: thread.join()',
      ].join('\n'),
    );
    expect(ofType(events, 'output_lost')).toEqual([]);
  });

  test('reports KeyboardInterrupt for an interrupt, and the kernel runs the next cell', async () => {
    const { done, events } = await beginEndlessCell(kernel);
    expect(kernel.status).toBe('busy');
    await kernel.interrupt();
    expect((await done).status).toBe('error');
    expect(ofType(events, 'error')).toMatchObject([{ ename: 'KeyboardInterrupt' }]);
    expect((await runCell(kernel, "print('on')")).text).toBe('on\n');
  });

  test('refuses a second run while the first is not complete', async () => {
    const { done } = await beginEndlessCell(kernel);
    await expect(runCell(kernel, '1')).rejects.toThrow(/queue/);
    await kernel.interrupt();
    await done;
  });

  test('rejects with the error that onEvent throws, and the kernel runs the next cell', async () => {
    const failing = kernel.execute({ code: "print('x')", messageId: 'reader-fails' }, () => {
      throw new Error('the reader failed');
    });
    await expect(failing).rejects.toThrow('the reader failed');
    expect((await runCell(kernel, "print('on')")).text).toBe('on\n');
  });

  test('starts a kernel in the folder of its notebook', async () => {
    await mkdir(join(jupyter.spec.filesDirectory, 'reports'));
    const other = await startPython(client, { path: 'reports/sales.ipynb' });
    try {
      const { text } = await runCell(other, 'import os; print(os.getcwd())');
      expect(text.trim()).toBe(join(jupyter.spec.filesDirectory, 'reports'));
    } finally {
      await other.shutdown();
    }
  });

  test('refuses a path outside the root', async () => {
    await expect(startPython(client, { path: '../../etc/x.ipynb' })).rejects.toMatchObject({
      code: 'invalid_path',
    });
  });

  test('rejects with runtime_unavailable for an unknown kernelspec, and names those that are there', async () => {
    const starting = client.startKernel({
      kernelName: 'no-such-kernel',
      path: '',
      clientId: 'c',
      signal: AbortSignal.timeout(30_000),
    });
    await expect(starting).rejects.toMatchObject({
      code: 'runtime_unavailable',
      message:
        'Jupyter has no kernel "no-such-kernel" (it has python3); install it, or change the kernel profile.',
    });
  });
});
