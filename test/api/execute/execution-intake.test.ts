import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openTestDatabase } from '../../support/database.js';
import { makeSession } from '../../support/factories/make-session.js';
import { makeWorker } from '../../support/factories/make-worker.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';
import { readEvents } from '../../support/sse.js';

/** What the database client says of a connection that broke. */
const broken = () =>
  Object.assign(new Error('Server has closed the connection.'), { name: 'Broken', code: 'P1017' });

let at: TestGateway;
/** Whether the answers of inserts are lost, whether the database goes away then, and whether it is away for reads. */
let lost = false;
let goesAway = false;
let away = false;
let sessionId: string;
beforeAll(async () => {
  const database = await openTestDatabase();
  const prisma = database.prisma.$extends({
    query: {
      async $queryRaw({ args, query }) {
        const written = await query(args);
        if (!lost || !args.sql.includes('INSERT INTO "Execution"')) return written;
        away = goesAway;
        throw broken();
      },
      execution: {
        async findUnique({ args, query }) {
          if (away) throw broken();
          return query(args);
        },
        async findMany({ args, query }) {
          if (away) throw broken();
          return query(args);
        },
      },
    },
  }) as unknown as typeof database.prisma;
  at = await openTestGateway({ database: { ...database, prisma } });
  const { id: userId } = await prisma.user.findFirstOrThrow({ where: { isPlatformAdmin: true } });
  sessionId = (await makeSession(at, { worker: await makeWorker(at, { userId }) })).id;
});
beforeEach(() => {
  lost = false;
  goesAway = false;
  away = false;
});
afterAll(() => at.close());

const run = (executionId: string) =>
  fetch(`${at.url}/api/v1.0/engagement/spaces/demo/notebooks/sessions/${sessionId}/execute/stream`, {
    method: 'POST',
    headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ code: '1', execution_id: executionId }),
  });
/** The code of the end that a run has; the session has no kernel, so one that was queued ends as `session_dead`. */
const endOf = async (answer: Response) => (await readEvents(answer)).at(-1)!.data.code;
const rowOf = (id: string) => at.gateway.services.prisma.execution.findFirst({ where: { id } });

it('an execution is queued when its insert succeeded and only the reply was lost', async () => {
  lost = true;
  const answer = await run(randomUUID());
  expect(answer.status).toBe(200);
  expect(await endOf(answer)).toBe('session_dead');
});

/** A run whose row is written, of which the gateway learns only once `away` is false again. */
async function unconfirmed(): Promise<string> {
  const id = randomUUID();
  lost = true;
  goesAway = true;
  expect((await run(id)).status).toBe(503);
  expect(await rowOf(id)).toMatchObject({ status: 'queued' });
  return id;
}

it('an unconfirmed execution ends, and only once, when its id is sent again', async () => {
  const id = await unconfirmed();
  away = false;
  const answers = await Promise.all([run(id), run(id)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  const [code, other] = await Promise.all(answers.map(endOf));
  // The latter when the gateway found the row first.
  expect(['session_dead', 'storage_unavailable']).toContain(code);
  expect(other).toBe(code);
  expect(await at.gateway.services.prisma.executionEvent.count({ where: { executionId: id } })).toBe(1);
});

it('an unconfirmed execution whose id is not sent again ends as failed', async () => {
  const id = await unconfirmed();
  away = false;
  await expect.poll(() => rowOf(id), { timeout: 30_000 }).toMatchObject({ status: 'failed' });
  expect(await endOf(await run(id))).toBe('storage_unavailable');
});

it('an unconfirmed execution of a batch ends as failed, and the save of its outputs as skipped', async () => {
  const { prisma, intake } = at.gateway.services;
  const { id: userId } = await prisma.user.findFirstOrThrow({ where: { isPlatformAdmin: true } });
  const cell = { code: '1', cellIndex: null, cellId: 'a', timeoutSeconds: null, stopOnError: true };
  const rows = [0, 1].map(() => ({ id: randomUUID() as string, sessionId, userId, ...cell }));
  const [saved, other] = rows.map(({ id }) => id);
  lost = true;
  await expect(intake.addAll(rows, [saved!])).rejects.toThrow();
  for (const id of [saved!, other!])
    await expect.poll(() => rowOf(id), { timeout: 30_000 }).toMatchObject({ status: 'failed' });
  const where = { executionId: { in: [saved!, other!] } };
  expect(await prisma.outputsSave.findMany({ where })).toMatchObject([
    { executionId: saved, status: 'skipped' },
  ]);
});
