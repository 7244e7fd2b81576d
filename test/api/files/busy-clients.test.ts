import { once } from 'node:events';
import { setImmediate as nextLoop } from 'node:timers/promises';
import { Piscina } from 'piscina';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { expectError } from '../../support/documented-errors.js';
import { makeUser } from '../../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';

/** Work of a user, which goes on until the signal aborts. It rejects when it is refused. */
type Work = (userId: string, signal: AbortSignal) => Promise<unknown>;

let at: TestGateway;
let admin: string;
beforeAll(async () => {
  at = await openTestGateway();
  const { prisma } = at.gateway.services;
  admin = (await prisma.user.findUniqueOrThrow({ where: { email: 'admin@localhost' } })).id;
});
afterAll(() => at.close());

const others = Array.from({ length: 10 }, (_, index) => `user ${index}`);
const send = (path: string, token = at.token) =>
  at.rest('GET', `/workspaces/${demo.workspaceId}/${path}`, { token });
const aborted = async (signal: AbortSignal) => {
  if (!signal.aborted) await once(signal, 'abort');
};

/** Begins work of users until it is refused. @returns ends it */
async function fill(work: Work, userIds: string[]): Promise<() => Promise<void>> {
  const gone = new AbortController();
  const begun: Promise<unknown>[] = [];
  for (const userId of userIds) {
    let isRefused = false;
    while (!isRefused) {
      const one = work(userId, gone.signal).catch(() => {
        isRefused = true;
      });
      begun.push(one);
      await nextLoop();
    }
  }
  return async () => {
    gone.abort();
    await Promise.all(begun);
  };
}

const archive: Work = async (userId, signal) => {
  const leave = await at.gateway.services.archiveSlots.enter(userId, signal);
  await aborted(signal);
  leave();
};

/** What a gateway has found once, it finds again without a slot. */
let searched = 0;
const newText = () => {
  searched += 1;
  return `text ${searched}`;
};
/** Finds nothing until the signal aborts. */
const grep = (_commit: string, { signal }: { signal: AbortSignal }) => ({
  [Symbol.asyncIterator]: () => ({ next: () => aborted(signal).then(() => ({ done: true })) }),
});
const search: Work = (userId, signal) => {
  const git = { grep } as never;
  const of = { repositoryId: 'none', commitSha: 'none', in: 'content' as const, isCaseSensitive: true };
  return at.gateway.services.searches.find(userId, { git, text: newText(), ...of }, signal);
};

describe.each<[string, () => string, Work]>([
  ['archives', () => 'archive', archive],
  ['searches', () => `search?q=${encodeURIComponent(newText())}`, search],
])('%s', (_name, path, work) => {
  it('of one user are limited, and do not keep others waiting', async () => {
    const { token } = await makeUser(at, { role: 'viewer' });
    const end = await fill(work, [admin]);
    expectError(await send(path()), 429, 'rate_limited');
    expect((await send(path(), token)).status).toBe(200);
    await end();
    expect((await send(path())).status).toBe(200);
  });

  it('of all users are limited', async () => {
    const { token } = await makeUser(at, { role: 'viewer' });
    const end = await fill(work, others);
    expectError(await send(path(), token), 503, 'overloaded');
    await end();
    expect((await send(path(), token)).status).toBe(200);
  });
});

describe('exports', () => {
  const bytes = new Uint8Array(16 * 1024 * 1024);
  const read: Work = (userId) => at.gateway.services.notebookThreads.read(userId, bytes);
  const path = `export?path=${demo.notebookPath}`;

  it.each<[string, number, string, () => string[]]>([
    ['one user', 429, 'rate_limited', () => [admin]],
    ['all users', 503, 'overloaded', () => others],
  ])('of %s are limited by the notebooks that wait', async (_whose, status, code, users) => {
    const over = new AbortController();
    const run = vi.spyOn(Piscina.prototype, 'run').mockImplementation(async () => {
      await aborted(over.signal);
      return { kind: 'read', answer: new Uint8Array() };
    });
    const end = await fill(read, users());
    try {
      expectError(await send(path), status, code);
    } finally {
      over.abort();
      await end();
      run.mockRestore();
    }
    expect((await send(path)).status).toBe(200);
  });
});
