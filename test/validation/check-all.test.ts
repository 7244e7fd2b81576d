import { describe, expect, it } from 'vitest';
import { DomainError, FieldError, invalidField } from '../../src/errors.js';
import { checkAll, checkEach } from '../../src/validation/check-all.js';

const fails = (field: string) => () => {
  throw invalidField(field, 'must not be empty', 'too_short');
};

describe('checkAll', () => {
  it('returns what each check returns', async () => {
    const checks = { one: () => 1, two: async () => 'two', none: () => undefined };
    expect(await checkAll(checks)).toEqual({ one: 1, two: 'two', none: undefined });
  });

  it('reports the faults of all checks, with the code and the sentence of the first', async () => {
    const path = new FieldError('invalid_path', [{ path: ['path'], message: 'is a folder', type: 'x' }]);
    const checks = {
      path: () => {
        throw path;
      },
      good: () => 1,
      name: fails('name'),
    };
    await expect(checkAll(checks)).rejects.toMatchObject({
      code: 'invalid_path',
      message: 'path: is a folder',
      faults: [{ path: ['path'] }, { path: ['name'], message: 'must not be empty', type: 'too_short' }],
    });
  });

  it('throws an error that names no field immediately', async () => {
    let went = false;
    const checks = {
      name: fails('name'),
      repository: () => {
        throw new DomainError('forbidden', 'You may not edit this repository.');
      },
      last: () => {
        went = true;
      },
    };
    await expect(checkAll(checks)).rejects.toMatchObject({ code: 'forbidden' });
    expect(went).toBe(false);
  });
});

describe('checkEach', () => {
  it('returns the results in the order of the items', async () => {
    expect(await checkEach(['a', 'b'], (item, index) => `${item}${index}`)).toEqual(['a0', 'b1']);
  });

  it('reports at most 20 faults', async () => {
    const items = Array.from({ length: 30 }, (_, index) => index);
    const checked = checkEach(items, (index) => {
      throw invalidField(['items', index], 'is unknown');
    });
    const error = await checked.catch((thrown) => thrown);
    expect(error.faults).toHaveLength(20);
    expect(error.faults[19].path).toEqual(['items', 19]);
  });

  it('checks no more items after 20 faults', async () => {
    let checks = 0;
    const checked = checkEach(Array(10_000).fill('x'), (_item, index) => {
      checks++;
      throw invalidField(['items', index], 'is unknown');
    });
    await expect(checked).rejects.toMatchObject({ code: 'invalid_request' });
    expect(checks).toBe(20);
  });
});
