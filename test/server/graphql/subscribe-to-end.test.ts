import { GraphQLObjectType, GraphQLSchema, GraphQLString, parse } from 'graphql';
import pino from 'pino';
import { expect, it, vi } from 'vitest';
import { DomainError } from '../../../src/errors.js';
import { maskError } from '../../../src/server/graphql/mask-error.js';
import { subscribeToEnd } from '../../../src/server/graphql/subscribe-to-end.js';

const log = pino({ level: 'silent' });
const query = new GraphQLObjectType({ name: 'Query', fields: { a: { type: GraphQLString } } });

function open(source: AsyncIterable<unknown>, left?: AbortSignal) {
  const subscription = new GraphQLObjectType({
    name: 'Subscription',
    fields: { a: { type: GraphQLString, subscribe: () => source, resolve: (value) => value } },
  });
  const schema = new GraphQLSchema({ query, subscription });
  const contextValue = { ctx: { requestId: 'r1', actor: { scopes: new Set() } } };
  return subscribeToEnd({ schema, document: parse('subscription { a }'), contextValue }, log, left);
}

it('a stream whose source fails ends with the masked error, which has the id of the request', async () => {
  const error = new DomainError('not_found', 'The file does not exist.');
  async function* source() {
    yield 'one';
    throw error;
  }
  const results = [];
  for await (const result of (await open(source())) as AsyncIterable<unknown>) results.push(result);
  expect(JSON.parse(JSON.stringify(results))).toEqual([
    { data: { a: 'one' } },
    { errors: [expect.objectContaining(maskError(error, log, 'r1').toJSON())] },
  ]);
});

it('the source is returned when the client leaves, also before the stream is open', async () => {
  for (const isEarly of [true, false]) {
    const left = new AbortController();
    if (isEarly) left.abort();
    const source = {
      next: () => new Promise<never>(() => {}),
      return: vi.fn(async () => ({ done: true as const, value: undefined })),
      [Symbol.asyncIterator]: () => source,
    };
    await open(source, left.signal);
    left.abort();
    await expect.poll(() => source.return.mock.calls.length).toBe(1);
  }
});
