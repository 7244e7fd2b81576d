import { GraphQLError } from 'graphql';
import pino from 'pino';
import { expect, it } from 'vitest';
import { DomainError } from '../../../src/errors.js';
import { maskError } from '../../../src/server/graphql/mask-error.js';

const log = pino({ level: 'silent' });
const masked = (error: unknown) => maskError(error, log, 'r1').toJSON();

it.each([['P2002'], ['INTERNAL_SERVER_ERROR'], ['ECONNREFUSED'], ['toString'], [42]])(
  'an error with the code %j of somebody else is internal and tells nothing',
  (code) => {
    const error = new GraphQLError('SELECT "secret"', { extensions: { code, query: 'SELECT 1' } });
    expect(masked(error)).toEqual({
      message: expect.not.stringContaining('SELECT'),
      extensions: { code: 'internal', request_id: 'r1' },
    });
  },
);

it('a fault of the request keeps its message and nothing else of its extensions', () => {
  const error = new GraphQLError('No such field.', {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED', originalError: { message: 'secret' } },
  });
  expect(masked(error)).toEqual({
    message: 'No such field.',
    extensions: { code: 'invalid_request', request_id: 'r1' },
  });
});

it('what was masked already stays as it is', () => {
  const fault = new DomainError('invalid_request', 'name: is required', {
    fields: [{ loc: ['body', 'name'], msg: 'is required', type: 'missing' }],
  });
  const once = maskError(fault, log, 'r1');
  expect(maskError(once, log, 'r2').toJSON()).toEqual(once.toJSON());
});
