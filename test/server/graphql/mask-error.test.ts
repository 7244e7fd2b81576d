import { GraphQLError } from 'graphql';
import pino from 'pino';
import { expect, it } from 'vitest';
import { withDatabaseErrors } from '../../../src/engines/database/database-errors.js';
import { FormerOwnerError } from '../../../src/engines/database/former-owner-error.js';
import { DomainError, FieldError, invalidField } from '../../../src/errors.js';
import { refusalOf } from '../../../src/refusal.js';
import { maskError, maskResult } from '../../../src/server/graphql/mask-error.js';

const log = pino({ level: 'silent' });
const masked = (error: unknown) => maskError(error, log, 'r1').toJSON();

it.each([['P2002'], ['INTERNAL_SERVER_ERROR'], ['ECONNREFUSED'], ['toString'], [42]])(
  'an error with the code %j of somebody else is internal and reveals nothing',
  (code) => {
    const error = new GraphQLError('SELECT "secret"', { extensions: { code, query: 'SELECT 1' } });
    expect(masked(error)).toEqual({
      message: expect.not.stringContaining('SELECT'),
      extensions: { code: 'internal', requestId: 'r1' },
    });
  },
);

it('a request error keeps its message and none of its other extensions', () => {
  const error = new GraphQLError('No such field.', {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED', originalError: { message: 'secret' } },
  });
  expect(masked(error)).toEqual({
    message: 'No such field.',
    extensions: { code: 'invalid_request', requestId: 'r1' },
  });
});

it('a write of a gateway that another one has replaced is refused, to be tried again', () => {
  const error = new GraphQLError('x', { originalError: new FormerOwnerError() });
  expect(masked(error)).toEqual({
    message: 'Another gateway has just taken over the kernels; try again.',
    extensions: { code: 'runtime_unavailable', requestId: 'r1' },
  });
  expect(refusalOf(withDatabaseErrors(new FormerOwnerError()))).toMatchObject({
    ...{ status: 503, headers: { 'retry-after': '1' } },
  });
});

it('a masked error is not changed again', () => {
  const fault = invalidField('name', 'is required', 'missing');
  const once = maskError(fault, log, 'r1');
  expect(maskError(once, log, 'r2').toJSON()).toEqual(once.toJSON());
});

it('a refusal has its code, the request id, the faults of fields and further members', () => {
  const faults = [
    { path: ['changes', 3, 'create', 'path'], message: 'is a folder', type: 'invalid_path' },
  ] as const;
  expect(masked(new FieldError('invalid_path', faults))).toEqual({
    message: 'changes.3.create.path: is a folder',
    extensions: { code: 'invalid_path', requestId: 'r1', errors: faults },
  });
  const conflict = { path: 'a.ipynb', branch: 'main', baseSha: 'a', currentSha: 'b' };
  expect(masked(new DomainError('base_sha_conflict', 'Read it again.', { extra: conflict }))).toEqual({
    message: 'Read it again.',
    extensions: { code: 'base_sha_conflict', requestId: 'r1', ...conflict },
  });
});

it('the status of an answer is for the transport and not for the client', () => {
  const refused = new GraphQLError('Too large.', {
    extensions: { code: 'payload_too_large', http: { status: 413 } },
  });
  expect(masked(refused).extensions).toEqual({ code: 'payload_too_large', requestId: 'r1' });
  expect(masked(new DomainError('unauthenticated', 'Send a token.')).extensions).toEqual({
    code: 'unauthenticated',
    requestId: 'r1',
  });
});

it('a result has its first 100 errors', () => {
  const errors = Array.from({ length: 150 }, (_, index) => new GraphQLError(`${index}`, { path: [index] }));
  const result = maskResult({ data: null, errors }, log, 'r1');
  expect(result.errors?.map(({ path }) => path?.[0])).toEqual(Array.from({ length: 100 }, (_, i) => i));
});
