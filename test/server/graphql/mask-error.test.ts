import { GraphQLError } from 'graphql';
import pino from 'pino';
import { expect, it } from 'vitest';
import { DomainError } from '../../../src/errors.js';
import { maskError } from '../../../src/server/graphql/mask-error.js';

const log = pino({ level: 'silent' });
const masked = (error: unknown) => maskError(error, log, 'r1').toJSON();

it.each([['P2002'], ['INTERNAL_SERVER_ERROR'], ['ECONNREFUSED'], ['toString'], [42]])(
  'a foreign error with the code %j becomes internal and reveals nothing',
  (code) => {
    const error = new GraphQLError('SELECT "secret"', { extensions: { code, query: 'SELECT 1' } });
    expect(masked(error)).toEqual({
      message: expect.not.stringContaining('SELECT'),
      extensions: { code: 'internal', request_id: 'r1' },
    });
  },
);

it('a request error keeps its message and none of its other extensions', () => {
  const error = new GraphQLError('No such field.', {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED', originalError: { message: 'secret' } },
  });
  expect(masked(error)).toEqual({
    message: 'No such field.',
    extensions: { code: 'invalid_request', request_id: 'r1' },
  });
});

it('a masked error is not changed again', () => {
  const fault = new DomainError('invalid_request', 'name: is required', {
    fields: [{ loc: ['body', 'name'], msg: 'is required', type: 'missing' }],
  });
  const once = maskError(fault, log, 'r1');
  expect(maskError(once, log, 'r2').toJSON()).toEqual(once.toJSON());
});
