import { setImmediate as yieldOnce } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ProcessGate } from '../../../../src/engines/git/serve/process-gate.js';

const never = () => new AbortController().signal;
const busy = { code: 'overloaded', retryAfterSeconds: 10 };

it('runs four at the same time, keeps 64 waiting in order, and refuses all others', async () => {
  const gate = new ProcessGate();
  const ends: (() => void)[] = [];
  const begun: number[] = [];
  const run = (n: number, signal = never()) =>
    gate.run(signal, () => {
      begun.push(n);
      return new Promise<void>((resolve) => ends.push(resolve));
    });
  const running = Array.from({ length: 4 + 63 }, (_, n) => run(n));
  const leaving = new AbortController();
  const left = run(100, leaving.signal);
  await expect(run(101)).rejects.toMatchObject(busy);
  expect(begun).toEqual([0, 1, 2, 3]);
  leaving.abort();
  await expect(left).rejects.toMatchObject(busy);
  for (let n = 0; n < running.length; n++) {
    ends[n]!();
    await yieldOnce();
  }
  await Promise.all(running);
  expect(begun).toEqual(running.map((_, n) => n));
  await expect(gate.run(never(), async () => 'again')).resolves.toBe('again');
});

it('frees its slot after a failure', async () => {
  const gate = new ProcessGate();
  for (let n = 0; n < 10; n++) {
    await expect(gate.run(never(), () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  }
});
