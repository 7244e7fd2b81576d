import { type ExecutionResult, GraphQLError } from 'graphql';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../../src/engines/database/database.js';
import { databaseId } from '../../../src/engines/database/database-id.js';
import { EventBus } from '../../../src/engines/events/event-bus.js';
import { parseJson, stringifyJson } from '../../../src/engines/nbformat/json.js';
import { DomainError, FieldError } from '../../../src/errors.js';
import { decodeAnswer } from '../../../src/runtime/forwarded-answer.js';
import type { ForwardedRequest } from '../../../src/runtime/forwarded-request.js';
import { OperationForwarder } from '../../../src/runtime/operation-forwarder.js';
import { OperationRunner } from '../../../src/runtime/operation-runner.js';
import { RuntimeOwnership } from '../../../src/runtime/runtime-ownership.js';
import { openTestDatabase } from '../../support/database.js';

const log = pino({ level: 'silent' });
const bus = new EventBus();
let database: Database;
let forwarder: OperationForwarder;
let unowned: Promise<unknown>;
const cleanUp: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  await databaseId(database.prisma);
  forwarder = openForwarder();
  // It takes 10 s, so it begins now; nobody is the owner until it is over.
  unowned = await forwarder.forward(request('unowned')).catch((error) => error);
}, 60_000);
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});
afterAll(async () => {
  await forwarder.close();
  await database.close();
});

function openForwarder(deadlineMs = 30_000): OperationForwarder {
  return new OperationForwarder({ prisma: database.prisma, bus, log, deadlineMs });
}

function request(document: string, variables: Record<string, unknown> = {}): ForwardedRequest {
  const actor = {
    ...{ userId: 'u', name: 'Ada', email: 'ada@example.com', isPlatformAdmin: false, tokenId: 't' },
    scopes: new Set(['read', 'execute'] as const),
  };
  return { document, operationName: undefined, variables, actor, requestId: 'r' };
}

/** Makes an owner whose operations are executed by `execute`. */
async function own(execute: (request: ForwardedRequest) => Promise<ExecutionResult>) {
  const ownership = new RuntimeOwnership({ ...database, log });
  await ownership.begin({ resume: async () => {}, lost() {} });
  expect(ownership.isOwner).toBe(true);
  const runner = new OperationRunner({
    ...{ prisma: database.prisma, bus, log, ownership },
    execute,
  });
  runner.begin();
  const end = async () => {
    await runner.stop();
    await ownership.close();
  };
  cleanUp.push(end);
  return { end, runner };
}

const rows = () => database.prisma.forwardedOperation.findMany();

it('without an owner an operation is taken back after 10 s, with Retry-After', async () => {
  expect(unowned).toMatchObject({ code: 'runtime_unavailable', retryAfterSeconds: 2 });
  await expect.poll(rows).toEqual([]);
});

it('an answer has the data and the errors that the owner made, with their classes and numbers', async () => {
  const fault = { path: ['name'], message: 'must not be empty', type: 'too_short' };
  const errors = [
    new FieldError('invalid_request', [fault]),
    new DomainError('session_dead', 'The kernel is dead.', { extra: { a: 1 }, retryAfterSeconds: 3 }),
    new Error('a secret of the owner'),
  ];
  const asked: ForwardedRequest[] = [];
  await own(async (one) => {
    asked.push(one);
    return {
      data: { value: parseJson('[1.0, 12345678901234567890, "\\u0000"]') },
      errors: errors.map((originalError, i) => new GraphQLError('no', { path: ['f', i], originalError })),
    };
  });
  const sent = request('{ f }', { code: '\u0000 1', deep: parseJson('[1.0]') });
  const text = await forwarder.forward(sent);
  expect(text).not.toContain('secret');
  const answer = decodeAnswer(text, undefined);
  expect(stringifyJson(answer.data)).toBe('{"value":[1.0,12345678901234567890,"\\u0000"]}');
  const [field, domain, internal] = answer.errors!.map(({ originalError }) => originalError);
  expect(field).toBeInstanceOf(FieldError);
  expect(field).toMatchObject({ code: 'invalid_request', faults: [fault] });
  expect(domain).toMatchObject({ code: 'session_dead', extra: { a: 1 }, retryAfterSeconds: 3 });
  expect(internal).not.toBeInstanceOf(DomainError);
  expect(answer.errors!.map(({ path }) => path)).toEqual([0, 1, 2].map((i) => ['f', i]));
  expect(stringifyJson(asked[0]!.variables)).toBe(stringifyJson(sent.variables));
  expect(asked[0]).toMatchObject({ document: '{ f }', requestId: 'r' });
  expect(asked[0]!.actor).toEqual(sent.actor);
  await expect.poll(rows).toEqual([]);
});

it('when the owner ends, what it began is refused, and what it had not begun is done by the next one, once', async () => {
  const first = await own(() => new Promise(() => {}));
  const begun = forwarder.forward(request('begun')).catch((error) => error);
  await expect.poll(async () => (await rows())[0]?.epoch).toBeTypeOf('number');
  await first.runner.stop();
  const waiting = forwarder.forward(request('waiting'));
  await expect.poll(async () => (await rows()).length).toBe(2);
  await first.end();
  const done: string[] = [];
  await own(async ({ document }) => {
    done.push(document);
    return { data: { by: 'the next owner' } };
  });
  expect(await waiting).toContain('the next owner');
  expect(await begun).toMatchObject({ code: 'runtime_unavailable', retryAfterSeconds: 2 });
  expect(done).toEqual(['waiting']);
  await expect.poll(rows).toEqual([]);
});

it('what a caller who has left, or a gateway that stops, had sent is not begun', async () => {
  const left = new AbortController();
  const stopping = openForwarder();
  const sent = [
    forwarder.forward(request('left'), left.signal).catch(({ code }) => code),
    stopping.forward(request('stopped')).catch(({ code }) => code),
  ];
  await expect.poll(async () => (await rows()).length).toBe(2);
  left.abort();
  await stopping.close();
  expect(await Promise.all(sent)).toEqual(['runtime_unavailable', 'gateway_restarted']);
  await expect.poll(rows).toEqual([]);
});

it('an operation that the owner does not answer in time is refused', async () => {
  await own(() => new Promise(() => {}));
  const hasty = openForwarder(500);
  cleanUp.push(() => hasty.close());
  await expect(hasty.forward(request('slow'))).rejects.toMatchObject({ code: 'runtime_unavailable' });
  await expect.poll(rows).toEqual([]);
});

it('an operation that waits for 10 s because the owner works on 512 others is refused as overloaded', async () => {
  let finish = (_result: ExecutionResult) => {};
  const finished = new Promise<ExecutionResult>((resolve) => {
    finish = resolve;
  });
  await own(() => finished);
  const busy = openForwarder(300_000);
  const another = openForwarder();
  cleanUp.push(async () => {
    finish({ data: {} });
    await busy.close();
    await another.close();
  });
  const all = Promise.allSettled(Array.from({ length: 512 }, () => busy.forward(request('slow'))));
  const begun = { where: { epoch: { not: null } } };
  await expect.poll(() => database.prisma.forwardedOperation.count(begun)).toBe(512);
  const refused = { code: 'overloaded', retryAfterSeconds: 5 };
  await expect(another.forward(request('waiting'))).rejects.toMatchObject(refused);
  finish({ data: {} });
  expect((await all).map(({ status }) => status)).toEqual(Array.from({ length: 512 }, () => 'fulfilled'));
  await expect.poll(rows).toEqual([]);
}, 90_000);
