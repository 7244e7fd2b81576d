import { expect, it } from 'vitest';
import { z } from 'zod';
import { pageQuery } from '../../rest/payloads/lists.js';
import { parsePayload } from '../../rest/payloads/parse-payload.js';
import { RequestError } from '../../rest/request-error.js';

const schema = z.strictObject({
  name: z.string(),
  kind: z.enum(['notebook', 'text']).nullish(),
  only: z.enum(['notebook']).nullish(),
  index: z.int32().nullish(),
  seconds: z.number().nullish(),
  flag: z.boolean().nullish(),
  items: z.array(z.strictObject({ id: z.string() })).nullish(),
});

function faultsOf(value: unknown, of: z.ZodType = schema) {
  try {
    parsePayload(of, value, 'body');
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(RequestError);
    return (error as RequestError).faults;
  }
}

it('reports all faults of a body at the same time, in plain sentences', () => {
  const value = {
    name: 1,
    kind: 'movie',
    only: 'text',
    index: 1.5,
    seconds: 'x',
    flag: 1,
    items: [{ id: 'a' }, 3, { id: null }, {}],
    other: 1,
    more: 2,
  };
  const sentences = faultsOf(value).map(({ loc, msg, type }) => `${loc.join('.')} ${msg} (${type})`);
  expect(sentences.sort()).toEqual([
    'body.flag must be true or false (invalid_type)',
    'body.index must be a whole number (invalid_type)',
    'body.items.1 must be an object (invalid_type)',
    'body.items.2.id must be a string (invalid_type)',
    'body.items.3.id is required (missing)',
    'body.kind must be one of "notebook", "text" (invalid_value)',
    'body.more is not a known field (unknown_field)',
    'body.name must be a string (invalid_type)',
    'body.only must be "notebook" (invalid_value)',
    'body.other is not a known field (unknown_field)',
    'body.seconds must be a number (invalid_type)',
  ]);
});

it.each([[[]], ['text'], [null]])('the body %j is not an object', (value) => {
  expect(faultsOf(value)).toEqual([{ loc: ['body'], msg: 'must be an object', type: 'invalid_type' }]);
});

it('a number out of its bounds says which they are', () => {
  expect(faultsOf({ name: 'x', index: 2 ** 40 })).toEqual([
    { loc: ['body', 'index'], msg: 'must be at most 2147483647', type: 'out_of_range' },
  ]);
  expect(faultsOf({ page: '0', size: '1.5' }, pageQuery(20, 100))).toEqual([
    { loc: ['body', 'page'], msg: 'must be at least 1', type: 'out_of_range' },
    { loc: ['body', 'size'], msg: 'must be a whole number', type: 'invalid' },
  ]);
});

it('reports at most 20 faults', () => {
  const value = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`x${index}`, 1]));
  expect(faultsOf({ name: 'x', ...value })).toHaveLength(20);
});
