import { GraphQLScalarType } from 'graphql';
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

it.each([
  ['/graphql', 'application/json'],
  ['/graphql', 'text/event-stream'],
  ['/graphql/stream', 'text/event-stream'],
])('a result of %s as %s that cannot be written has no text of the error', async (path, accept) => {
  const query = `{ space(slug: "${demo.slug}") { createdAt } }`;
  const headers = { authorization: `Bearer ${at.token}`, 'content-type': 'application/json', accept };
  const sent = fetch(at.url + path, { method: 'POST', headers, body: JSON.stringify({ query }) });
  const text = await sent.then((answer) => answer.text()).catch((error) => String(error));
  console.log(path, accept, text);
  expect(text).not.toMatch(/secret|node_modules|at .*\.ts/);
  expect((await at.graphql('{ me { id } }')).status).toBe(200);
});
