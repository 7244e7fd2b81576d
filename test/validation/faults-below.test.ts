import { expect, it } from 'vitest';
import { type DomainError, FieldError, notFound } from '../../src/errors.js';
import { faultsBelow } from '../../src/validation/faults-below.js';

const at = ['changes', 3, 'create'];

it('returns what the check returns', async () => {
  expect(await faultsBelow(at, () => 1)).toBe(1);
});

it('puts the path of the part before the path of each fault, and into the sentence', async () => {
  const fault = (field: string) => ({ path: [field], message: 'is a folder', type: 'invalid_path' });
  const check = async () => {
    throw new FieldError('invalid_path', [fault('path'), fault('newPath')]);
  };
  await expect(faultsBelow(at, check)).rejects.toMatchObject({
    code: 'invalid_path',
    message: 'changes.3.create.path: is a folder',
    faults: [{ path: [...at, 'path'] }, { path: [...at, 'newPath'] }],
  });
});

it('throws other errors as they are', async () => {
  const thrown: DomainError = notFound('The file');
  const check = () => {
    throw thrown;
  };
  await expect(faultsBelow(at, check)).rejects.toBe(thrown);
});
