import { expect, it, vi } from 'vitest';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { KeyedAttempt } from '../../src/idempotency/keyed-attempt.js';

const row = { id: 'key', lease: 'lease' };
const answer = { status: 201, headers: {}, body: new Uint8Array() };
const away = Object.assign(new Error('away'), { code: 'P1001' });

function tableWhere(updateMany: () => Promise<unknown>) {
  const deleteMany = vi.fn(async () => ({ count: 1 }));
  return { table: { updateMany, deleteMany } as unknown as PrismaClient['idempotencyKey'], deleteMany };
}

it('an answer that cannot be stored for long is stored later, and its key is not free meanwhile', async () => {
  let tries = 0;
  let isStored = false;
  const { table, deleteMany } = tableWhere(async () => {
    tries += 1;
    if (tries <= 2) throw away;
    isStored = true;
  });
  const attempt = new KeyedAttempt(table, row);
  const start = performance.now();
  // The short outage is over as soon as the first try has failed.
  const clock = vi
    .spyOn(performance, 'now')
    .mockReturnValueOnce(start)
    .mockReturnValueOnce(start + 60_000);
  await expect(attempt.keep(answer)).rejects.toMatchObject({ code: 'P1001' });
  clock.mockRestore();
  await attempt.end();
  expect({ isStored, freed: deleteMany.mock.calls.length }).toEqual({ isStored: false, freed: 0 });
  await expect.poll(() => isStored).toBe(true);
});

it('the key of a request whose command was not done is free again', async () => {
  const { table, deleteMany } = tableWhere(async () => ({ count: 1 }));
  await new KeyedAttempt(table, row).end();
  expect(deleteMany).toHaveBeenCalledWith({ where: { ...row, status: null } });
});
