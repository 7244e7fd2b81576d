import { expect, test } from 'vitest';
import type { Actor, RequestContext } from '../../src/context.js';
import { DomainError, notFound } from '../../src/errors.js';
import { CommReader, type CommReaderDeps } from '../../src/runtime/comm-reader.js';

const viewers = 600;
const position = { spaceSlug: 'demo', sessionId: 's', after: null };
const comms = { cursor: 'c.1', isReset: true, state: {}, messages: [] };
const answer = JSON.stringify({ data: { space: { session: { comms } } } });

/** Reads for many viewers at a gateway whose owner answers so, one question after the other; the last answer is repeated. */
async function readAll(...answers: (string | DomainError)[]) {
  let asked = 0;
  const forward = async () => {
    const next = answers[Math.min(asked++, answers.length - 1)]!;
    if (typeof next === 'string') return next;
    throw next;
  };
  const reader = new CommReader({
    ownership: { isOwner: false },
    forwarder: { forward },
  } as unknown as CommReaderDeps);
  const ctx: RequestContext = { actor: {} as Actor, requestId: 'r', spaces: new Map() };
  const read = await Promise.allSettled(Array.from({ length: viewers }, () => reader.read(ctx, position)));
  const pages = read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const codes = read.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
  return { asked, pages, codes };
}

test('the owner is asked once for all, also where its kernel is busy', async () => {
  const found = await readAll(answer);
  expect(found).toMatchObject({ asked: 1, codes: [] });
  expect(new Set(found.pages).size).toBe(1);
  const busy = await readAll(new DomainError('kernel_busy', 'Busy.'));
  expect(busy).toMatchObject({ asked: 1, pages: [], codes: Array(viewers).fill('kernel_busy') });
});

test('where the one who asked has lost the permission, one other asks for the rest', async () => {
  const { asked, pages, codes } = await readAll(notFound('The session'), answer);
  expect([asked, codes]).toEqual([2, ['not_found']]);
  expect(pages).toHaveLength(viewers - 1);
});
