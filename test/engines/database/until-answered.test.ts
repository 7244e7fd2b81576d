import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { DatabaseAwayError } from '../../../src/engines/database/database-away-error.js';
import { untilAnswered } from '../../../src/engines/database/until-answered.js';
import { DomainError } from '../../../src/errors.js';

const away = new DatabaseAwayError(new Error('cut'));

it('repeats the work until the database answers, in the errors of Prisma too', async () => {
  const work = vi
    .fn()
    .mockRejectedValueOnce(away)
    .mockRejectedValueOnce({ code: 'P1001' })
    .mockResolvedValue('read');
  expect(await untilAnswered(work)).toBe('read');
  expect(work).toHaveBeenCalledTimes(3);
});

it('does not repeat what fails for another reason', async () => {
  for (const code of ['not_found', 'storage_unavailable'] as const) {
    const work = vi.fn().mockRejectedValue(new DomainError(code, 'A ref is damaged.'));
    await expect(untilAnswered(work)).rejects.toMatchObject({ code });
    expect(work).toHaveBeenCalledTimes(1);
  }
});

it('gives up after the time that it is given', async () => {
  const work = vi.fn().mockRejectedValue(away);
  await expect(untilAnswered(work, { maxMs: 100 })).rejects.toBe(away);
  expect(work).toHaveBeenCalledTimes(3);
});

it('gives up as soon as it is aborted', async () => {
  const ended = new AbortController();
  const work = vi.fn().mockRejectedValue(away);
  const read = expect(untilAnswered(work, { signal: ended.signal })).rejects.toBe(away);
  await sleep(100);
  ended.abort();
  await read;
  expect(work).toHaveBeenCalledTimes(3);
});
