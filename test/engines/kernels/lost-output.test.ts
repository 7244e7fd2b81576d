import { describe, expect, test } from 'vitest';
import { LostOutputCounter } from '../../../src/engines/kernels/lost-output-counter.js';
import { serverPidOf } from '../../support/jupyter.js';
import { ofType, runCell } from '../../support/kernel.js';
import { jupyter, kernel, setUpKernel } from './kernel-fixture.js';

setUpKernel();

/** Makes the kernel assign a number to its next idle status without sending it. */
const dropIdle = [
  'kernel = get_ipython().kernel',
  'send = kernel.session.send',
  'def drop(stream, type, content=None, *args, **kwargs):',
  "    if type == 'status' and content['execution_state'] == 'idle':",
  '        kernel.session.send = send',
  '        return kernel.session.msg(type, content)',
  '    return send(stream, type, content, *args, **kwargs)',
  'kernel.session.send = drop',
].join('\n');

describe('output that never arrives', { timeout: 60_000 }, () => {
  test('is counted and reported', async () => {
    const code = "print('a')\nfor _ in range(3): get_ipython().kernel.session.msg('stream')\nprint('b')";
    const { reply, events } = await runCell(kernel, code);
    expect(reply.status).toBe('ok');
    expect(events.at(-1)).toEqual({ type: 'output_lost', count: 3, reason: 'not_delivered' });
  });

  test('is not reported for the next run', async () => {
    expect(ofType((await runCell(kernel, "print('c')")).events, 'output_lost')).toEqual([]);
  });

  test('does not keep the run from ending when it is the idle status', async () => {
    const start = performance.now();
    const { reply, events } = await runCell(kernel, dropIdle);
    expect(reply.status).toBe('ok');
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(events.at(-1)).toEqual({ type: 'output_lost', count: 1, reason: 'not_delivered' });
    expect(kernel.status).toBe('idle');
    expect((await runCell(kernel, "print('on')")).text).toBe('on\n');
  });
});

test('no output is lost while the server stalls, because the kernel waits', async () => {
  const pid = await serverPidOf(jupyter);
  const stall = setTimeout(() => process.kill(pid, 'SIGSTOP'), 300);
  const goOn = setTimeout(() => process.kill(pid, 'SIGCONT'), 2_500);
  try {
    const { text, events } = await runCell(kernel, "for i in range(5_000): print('x' * 20_000, flush=True)");
    expect(text.length).toBe(5_000 * 20_001);
    expect(ofType(events, 'output_lost')).toEqual([]);
  } finally {
    clearTimeout(stall);
    clearTimeout(goOn);
    process.kill(pid, 'SIGCONT');
  }
}, 60_000);

describe('LostOutputCounter', () => {
  test('counts missing messages, whatever their order', () => {
    const lost = new LostOutputCounter();
    for (const number of [4, 6, 5, 9]) lost.received(`session_12_${number}`, true);
    expect(lost.missing).toBe(2);
  });

  test('counts a reply to another client as seen', () => {
    const lost = new LostOutputCounter();
    lost.repliedElsewhere('session_12_3');
    for (const number of [4, 6]) lost.received(`session_12_${number}`, number === 4);
    lost.repliedElsewhere('session_12_3');
    expect(lost.missing).toBe(1);
    lost.repliedElsewhere('session_12_6');
    expect(lost.missing).toBe(0);
  });

  test('counts from the first message of the run, also where the reply arrives before it', () => {
    const lost = new LostOutputCounter();
    lost.received('session_12_10', true);
    for (const number of [2, 6]) lost.received(`session_12_${number}`, false);
    for (const number of [4, 5, 11]) lost.received(`session_12_${number}`, true);
    expect(lost.missing).toBe(3);
  });

  test('ignores ids without a number, of other processes and from before', () => {
    const lost = new LostOutputCounter();
    lost.received('session_12_4', true);
    for (const id of ['a-uuid', 'session_13_90', 'session_12_1', 'session_12_5', ''])
      lost.received(id, false);
    expect(lost.missing).toBe(0);
  });
});
