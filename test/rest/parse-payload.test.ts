import { expect, it } from 'vitest';
import { z } from 'zod';
import { createFileBody, listFilesQuery } from '../../rest/payloads/files.js';
import { pageQuery } from '../../rest/payloads/lists.js';
import { parsePayload } from '../../rest/payloads/parse-payload.js';
import { createWorkspaceBody, workspaceAccessBody } from '../../rest/payloads/workspaces.js';
import { RequestError } from '../../rest/request-error.js';
import { createValueChecks } from '../../src/app/create-value-checks.js';

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
    parsePayload({ body: of }, { body: value }, createValueChecks());
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

it.each([['0x10'], ['1e2'], [' 1'], ['1.0'], ['abc'], [''], ['+1']])(
  'the page %j is no whole number',
  (page) => {
    expect(faultsOf({ page }, pageQuery(20, 100))).toEqual([
      { loc: ['body', 'page'], msg: 'must be a whole number', type: 'invalid' },
    ]);
  },
);

it('a page and a size may be far beyond the end, but not beyond what a number can be', () => {
  expect(faultsOf({ page: '9'.repeat(300), size: '9'.repeat(20) }, pageQuery(20, 100))).toEqual([]);
  expect(faultsOf({ page: '9'.repeat(400) }, pageQuery(20, 100))).toEqual([
    { loc: ['body', 'page'], msg: 'is too large', type: 'out_of_range' },
  ]);
});

it('reports faults of types and of values together, in the order of the schema, with the code of the first', () => {
  const checks = createValueChecks();
  const parse = () =>
    parsePayload(
      { query: listFilesQuery, body: createFileBody('notebook') },
      {
        query: { ref: 'a..b', page: 'x' },
        body: { path: '../a', branch: 'a b', kind: 'text', content: 1, commit_message: 'a\0b', other: 1 },
      },
      checks,
    );
  expect(parse).toThrow(
    expect.objectContaining({
      code: 'invalid_request',
      faults: [
        { loc: ['query', 'page'], msg: 'must be a whole number', type: 'invalid' },
        { loc: ['query', 'ref'], msg: 'must be a branch, a tag or a commit sha', type: 'invalid_ref' },
        { loc: ['body', 'path'], msg: 'must not have the segments . or ..', type: 'invalid_path' },
        { loc: ['body', 'branch'], msg: 'is not a valid branch name', type: 'invalid_ref' },
        { loc: ['body', 'kind'], msg: 'must be "notebook" on this path', type: 'kind_mismatch' },
        { loc: ['body', 'content'], msg: 'must be a string', type: 'invalid_type' },
        { loc: ['body', 'commit_message'], msg: 'must not contain NUL or lone surrogates', type: 'invalid' },
        { loc: ['body', 'other'], msg: 'is not a known field', type: 'unknown_field' },
      ],
    }),
  );
});

it('a kind that contradicts the route has the code of a path, also beside other faults', () => {
  const codeOf = (body: unknown) => {
    try {
      parsePayload({ body: createFileBody('notebook') }, { body }, createValueChecks());
      return null;
    } catch (error) {
      return (error as RequestError).code;
    }
  };
  expect(codeOf({ path: 'a.txt', kind: 'text' })).toBe('invalid_path');
  expect(codeOf({ path: 'a.txt', kind: 'text', other: 1 })).toBe('invalid_path');
  expect(codeOf({ path: 1, kind: 'text' })).toBe('invalid_request');
});

it('checks no values while the types are right, because the command does', () => {
  const checks = new Proxy(createValueChecks(), {
    get: () => () => {
      throw new Error('was called');
    },
  });
  const body = { path: '../a' };
  expect(parsePayload({ body: createFileBody('notebook') }, { body }, checks)).toEqual({ body });
});

it('checks no items of a list that is too long', () => {
  const grant = { principal_type: 'user', principal_id: 'x', access_level: 'view' };
  expect(
    faultsOf({ grants: Array.from({ length: 501 }, () => grant), other: 1 }, workspaceAccessBody),
  ).toEqual([
    { loc: ['body', 'grants'], msg: 'must have at most 500 items', type: 'too_long' },
    { loc: ['body', 'other'], msg: 'is not a known field', type: 'unknown_field' },
  ]);
});

it('reports at most 20 faults', () => {
  const value = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`x${index}`, 1]));
  expect(faultsOf({ name: 'x', ...value })).toHaveLength(20);
});

it('a list that is too long is not visited to its end', () => {
  let reads = 0;
  const grant = () => ({
    get principal_type() {
      reads++;
      return 1;
    },
  });
  const grants = Array.from({ length: 6_000 }, grant);
  const faults = faultsOf({ grants }, workspaceAccessBody);
  expect(faults).toHaveLength(20);
  expect(faults[0]).toEqual({
    loc: ['body', 'grants'],
    msg: 'must have at most 500 items',
    type: 'too_long',
  });
  expect(reads).toBeLessThan(grants.length / 2);
  const body = { name: 1, default_repository_id: 'x', authoring_query_connector_ids: Array(19_000).fill(1) };
  const found = faultsOf(body, createWorkspaceBody).map(({ loc }) => loc.slice(1).join('.'));
  expect(found.slice(0, 3)).toEqual(['name', 'default_repository_id', 'authoring_query_connector_ids']);
});
