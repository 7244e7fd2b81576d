import { expect, it } from 'vitest';
import { OutputGate } from '../../../src/server/graphql/output-gate.js';

it('a result waits until one of the waiting results is sent', async () => {
  const gate = new OutputGate(2);
  await gate.admit();
  await gate.admit();
  let admitted = false;
  const third = gate.admit().then(() => {
    admitted = true;
  });
  await Promise.resolve();
  expect(admitted).toBe(false);
  gate.sent();
  await third;
});

it('close ends all waiting, now and later, with an error', async () => {
  const gate = new OutputGate(1);
  await gate.admit();
  const waiting = gate.admit();
  gate.close();
  await expect(waiting).rejects.toThrow('closed');
  await expect(gate.admit()).rejects.toThrow('closed');
});
