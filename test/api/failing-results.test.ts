import type { GraphQLScalarType } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
let dateTime: GraphQLScalarType;
let serialize: GraphQLScalarType['serialize'];
beforeAll(async () => {
  at = await openTestGateway();
  dateTime = at.gateway.schema.getType('DateTime') as GraphQLScalarType;
  serialize = dateTime.serialize;
  // Its value cannot be written as JSON, which no resolver notices.
  dateTime.serialize = () => ({
    toJSON() {
      throw new Error('secret');
    },
  });
});
afterAll(async () => {
  dateTime.serialize = serialize;
  await at.close();
});

async function answerOf(path: string, accept: string): Promise<string> {
  const query = `{ space(slug: "${demo.slug}") { members { nodes { createdAt } } } }`;
  const headers = { authorization: `Bearer ${at.token}`, 'content-type': 'application/json', accept };
  const answer = await fetch(at.url + path, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return answer.text();
}

it.each([
  ['application/json', /^\{"errors":\[\{[^\n]*"code":"internal"/],
  ['text/event-stream', /event: next\ndata: \{"errors":\[\{[^\n]*"code":"internal"[^\n]*\n\nevent: complete/],
])('a result as %s that cannot be written is a masked error', async (accept, expected) => {
  const text = await answerOf('/graphql', accept);
  expect(text).toMatch(expected);
  expect(text).not.toContain('secret');
});

it('a stream whose result cannot be written is cut, and does not look complete', async () => {
  await expect(answerOf('/graphql/stream', 'text/event-stream')).rejects.toThrow(/fetch failed|terminated/);
});
