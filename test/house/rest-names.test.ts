import { readdirSync } from 'node:fs';
import { parse } from 'node:path';
import { expect, it } from 'vitest';

const namesIn = (folder: string) =>
  readdirSync(folder)
    .map((file) => parse(file).name)
    .sort();
const resources = namesIn('rest/routes');

it('a resource of REST has the same name in routes, operations and examples', () => {
  // Fragments that the documents of several resources share.
  expect(namesIn('rest/operations').filter((name) => name !== 'files')).toEqual(resources);
  const examples = new Set(namesIn('rest/openapi/examples'));
  expect(resources.filter((name) => !examples.has(name))).toEqual([]);
});

it('the payloads of a resource have its name', () => {
  const shared = ['files', 'lists', 'texts', 'fields-of', 'in-schema-order', 'parse-payload'];
  const faults = ['coded-fault', 'describe-issue', 'value-checks', 'value-faults'];
  const known = new Set([...resources, ...shared, ...faults]);
  expect(namesIn('rest/payloads').filter((name) => !known.has(name))).toEqual([]);
});
