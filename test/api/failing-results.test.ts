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

const event = /event: next\ndata: \{"errors":\[\{[^\n]*"code":"internal"[^\n]*\n\nevent: complete/;
it.each([
  ['application/json', '/graphql', /^\{"errors":\[\{[^\n]*"code":"internal"/],
  ['text/event-stream', '/graphql', event],
  ['text/event-stream', '/graphql/stream', event],
])('a result as %s of %s that cannot be written is a masked error', async (accept, path, expected) => {
  const text = await answerOf(path, accept);
  expect(text).toMatch(expected);
  expect(text).not.toContain('secret');
});
