import { setImmediate as yieldOnce } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createGitSlots } from '../../../../src/app/create-client-slots.js';
import { ProcessGate } from '../../../../src/engines/git/serve/process-gate.js';

const never = () => new AbortController().signal;
const busy = { code: 'overloaded', retryAfterSeconds: 5 };

/** A gate whose work ends when the test says so. */
function openGate() {
  const gate = new ProcessGate(createGitSlots());
  const ends: (() => void)[] = [];
  const begun: number[] = [];
  const run = (client: string, n: number, signal = never()) =>
    gate.run(client, signal, () => {
      begun.push(n);
      return new Promise<void>((resolve) => ends.push(resolve));
    });
  return { gate, ends, begun, run };
}

it('runs four at the same time, keeps 64 waiting in order, and refuses all others', async () => {
  const { gate, ends, begun, run } = openGate();
  const running = Array.from({ length: 4 }, (_, n) => run(`client ${n}`, n));
  await yieldOnce();
  for (let n = 4; n < 4 + 63; n++) running.push(run(`client ${n}`, n));
  const leaving = new AbortController();
  const left = run('leaving', 100, leaving.signal);
  await expect(run('late', 101)).rejects.toMatchObject(busy);
  expect(begun).toEqual([0, 1, 2, 3]);
  leaving.abort();
  await expect(left).rejects.toMatchObject(busy);
  for (let n = 0; n < running.length; n++) {
    ends[n]!();
    await yieldOnce();
  }
  await Promise.all(running);
  expect(begun).toEqual(running.map((_, n) => n));
  await expect(gate.run('client 0', never(), async () => 'again')).resolves.toBe('again');
});

it('runs two of one client at the same time, keeps 32 waiting, and starts those of others meanwhile', async () => {
  const { ends, begun, run } = openGate();
  const running = [run('one', 0), run('one', 1)];
  await yieldOnce();
  for (let n = 2; n < 2 + 32; n++) running.push(run('one', n));
  await expect(run('one', 101)).rejects.toMatchObject({ code: 'rate_limited', retryAfterSeconds: 5 });
  const others = [run('another', 200), run('third', 201), run('third', 202)];
  await yieldOnce();
  expect(begun).toEqual([0, 1, 200, 201]);
  for (let n = 0; n < running.length + others.length; n++) {
    ends[n]!();
    await yieldOnce();
  }
  await Promise.all([...running, ...others]);
  // The client that has waited gets the next slot.
  expect(begun.slice(0, 7)).toEqual([0, 1, 200, 201, 2, 202, 3]);
});

it('frees its slot after a failure', async () => {
  const gate = new ProcessGate(createGitSlots());
  for (let n = 0; n < 10; n++) {
    await expect(gate.run('one', never(), () => Promise.reject(new Error('broken')))).rejects.toThrow(
      'broken',
    );
  }
});
