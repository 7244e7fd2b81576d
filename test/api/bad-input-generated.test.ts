import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BadInput, badBodies, badQueries } from '../support/bad-input.js';
import { type FilledSpace, makeFilledSpace } from '../support/factories/make-filled-space.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import {
  filled,
  neededQuery,
  operationsOf,
  type RestOperation,
  takesJson,
  validBodies,
} from '../support/rest-operations.js';

const operations = operationsOf(JSON.parse(readFileSync('docs/openapi.json', 'utf8')));

let at: TestGateway;
let space: FilledSpace;
beforeAll(async () => {
  at = await openTestGateway();
  space = await makeFilledSpace(at);
});
afterAll(() => at.close());

/** A write without what it needs changes nothing that others need. */
const validQuery = (operation: RestOperation) => (operation.method === 'GET' ? neededQuery(operation) : '');

/** What is wrong with the answer to a request; null when nothing is. */
async function fault(operation: RestOperation, input: BadInput): Promise<string | null> {
  const { query = '', ...options } = input.options;
  const path = filled(operation.path, space.ids) + query;
  const { status, body } = await at.rest(operation.method, path, { space: space.slug, ...options });
  const description = `${input.what} is answered ${status} ${JSON.stringify(body).slice(0, 200)}`;
  if (status === 503 ? body.code !== 'runtime_unavailable' : status >= 500) return description;
  if (input.refused && status !== 400 && status !== 415) return description;
  if (status !== 400) return null;
  const locs: unknown[][] = (body.errors ?? []).map(({ loc }: { loc: unknown[] }) => loc);
  // What the types allow may be wrong beside another field, e.g. a path without the content that goes with it.
  const expected = input.refused ? input.loc : input.loc.slice(0, 1);
  const named = locs.some((loc) => expected.every((part, index) => loc[index] === part));
  return named ? null : `${description}, which does not name ${input.loc.join('.')}`;
}

async function faults(operation: RestOperation, inputs: BadInput[]): Promise<string[]> {
  const found: (string | null)[] = [];
  for (const input of inputs) found.push(await fault(operation, input));
  return found.filter((one) => one !== null);
}

it.each(operations.filter(takesJson).map((one) => [one.name, one] as const))(
  '%s refuses every generated bad body',
  async (name, operation) => {
    const valid = validBodies(space.ids)[name] as Record<string, unknown>;
    const inputs = badBodies(operation, valid);
    expect(inputs.length).toBeGreaterThan(20);
    expect(await faults(operation, inputs)).toEqual([]);
  },
  60_000,
);

const withQuery = operations.filter((one) => badQueries(one, '').length > 0);
it.each(withQuery.map((one) => [one.name, one] as const))(
  '%s refuses every generated bad query',
  async (_name, operation) => {
    expect(await faults(operation, badQueries(operation, validQuery(operation)))).toEqual([]);
  },
);
