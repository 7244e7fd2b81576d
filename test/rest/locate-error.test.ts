import { describe, expect, it } from 'vitest';
import { errorResponse } from '../../rest/error-response.js';
import { locateError } from '../../rest/locate-error.js';
import { routes } from '../../rest/table.js';
import { DomainError, FieldError, type FieldPath } from '../../src/errors.js';

/** What REST answers to a fault of a command that a route runs. */
async function answerTo(operationId: string, path: FieldPath) {
  const route = routes.find((one) => one.operationId === operationId)!;
  const error = new FieldError('invalid_request', [{ path, message: 'is wrong', type: 'invalid' }]);
  return (await errorResponse(locateError(error, route), 'r1').json()) as any;
}

describe('a field of a command is named as the request names it', () => {
  it.each<[string, FieldPath, (string | number)[]]>([
    ['createWorkspace', ['defaultRepositoryId'], ['body', 'default_repository_id']],
    ['replaceWorkspaceAccess', ['grants', 2, 'principalId'], ['body', 'grants', 2, 'principal_id']],
    ['renameAuthoringFile', ['newPath'], ['body', 'new_path']],
    ['readNotebook', ['path'], ['query', 'path']],
    ['saveNotebook', ['path'], ['body', 'path']],
    ['listWorkers', ['workspaceId'], ['query', 'workspace_id']],
    ['readWorker', ['workerId'], ['path', 'worker_id']],
  ])('%s: %j', async (operationId, path, loc) => {
    const { detail, errors } = await answerTo(operationId, path);
    expect(errors).toEqual([{ loc, msg: 'is wrong', type: 'invalid' }]);
    expect(detail).toBe(`${loc.slice(1).join('.')}: is wrong`);
  });

  it('but the keys inside a notebook stay as the client wrote them', async () => {
    const { errors } = await answerTo('saveNotebook', ['notebook', 'cells', 0, 'myKey']);
    expect(errors[0].loc).toEqual(['body', 'notebook', 'cells', 0, 'myKey']);
  });
});

it('the further members of an error are in snake_case', async () => {
  const extra = { path: 'a.ipynb', branch: 'main', baseSha: 'a', currentSha: null };
  const error = new DomainError('base_sha_conflict', 'Read it again.', { extra });
  const response = errorResponse(locateError(error, routes[0]!), 'r1');
  expect(response.status).toBe(409);
  expect(await response.json()).toEqual({
    detail: 'Read it again.',
    code: 'base_sha_conflict',
    request_id: 'r1',
    path: 'a.ipynb',
    branch: 'main',
    base_sha: 'a',
    current_sha: null,
  });
});

it('an error that clients must not see is answered as a masked 500', async () => {
  const response = errorResponse(new Error('SELECT "secret"'), 'r1');
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('secret');
});

it('what else an error has stays: when to try again, headers and further members', async () => {
  const faults = [{ path: ['path'], message: 'is wrong', type: 'invalid' }] as const;
  const error = new FieldError('runtime_unavailable', [...faults], {
    ...{ retryAfterSeconds: 3, headers: { 'x-reason': 'wrong' }, extra: { currentSha: 'a' } },
  });
  const response = errorResponse(locateError(error, routes[0]!), 'r1');
  expect(response.headers.get('retry-after')).toBe('3');
  expect(response.headers.get('x-reason')).toBe('wrong');
  expect(await response.json()).toMatchObject({ current_sha: 'a' });
});
