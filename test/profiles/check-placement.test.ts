import { describe, expect, it } from 'vitest';
import {
  checkNodeSelector,
  checkTolerations,
  type TolerationInput,
} from '../../src/profiles/check-placement.js';

const pathsOf = (check: Promise<unknown>) =>
  check.then(
    () => [],
    (error) => error.faults.map(({ path }: { path: unknown[] }) => path.join(' ')),
  );

describe('the selector of nodes', () => {
  it('accepts the labels that Kubernetes accepts', async () => {
    const labels = {
      disk: 'ssd',
      'example.com/Pool_1': '',
      'node.kubernetes.io/instance-type': 'm5.2xlarge',
    };
    expect(await checkNodeSelector(labels)).toEqual(labels);
    expect(await checkNodeSelector({})).toEqual({});
  });

  it.each([[null], ['disk=ssd'], [['disk']], [7]])('refuses %j, which is no object', async (value) => {
    expect(await pathsOf(checkNodeSelector(value))).toEqual(['nodeSelector']);
  });

  it('names each label that is wrong', async () => {
    const long = 'a'.repeat(64);
    const wrong = {
      '': 'a',
      'a b': 'a',
      '-a': 'a',
      [long]: 'a',
      'a/b/c': 'a',
      'Example.com/a': 'a',
      '/a': 'a',
      [`${'a.'.repeat(127)}com/a`]: 'a',
      number: 1,
      nested: { a: 'b' },
      newline: 'a\n',
      value: long,
      hyphen: 'a-',
    };
    const paths = await pathsOf(checkNodeSelector({ right: 'a', ...wrong }));
    expect(paths).toEqual(Object.keys(wrong).map((key) => `nodeSelector ${key}`));
  });

  it('refuses more than 32 labels', async () => {
    const many = Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`a${i}`, 'b']));
    expect(await pathsOf(checkNodeSelector(many))).toEqual(['nodeSelector']);
  });
});

describe('tolerations', () => {
  it('lose their nulls and keep the rest', async () => {
    const given: TolerationInput[] = [
      { key: 'gpu', operator: 'Equal', value: 'yes', effect: 'NoSchedule' },
      { key: 'example.com/spot', operator: 'Exists', value: null },
      { operator: 'Exists', effect: null },
    ];
    expect(await checkTolerations(given)).toEqual([
      { key: 'gpu', operator: 'Equal', value: 'yes', effect: 'NoSchedule' },
      { key: 'example.com/spot', operator: 'Exists' },
      { operator: 'Exists' },
    ]);
  });

  it('are refused with the path of each fault', async () => {
    const wrong: TolerationInput[] = [
      { key: 'a b' },
      {},
      { key: 'a', operator: 'Exists', value: 'b' },
      { key: 'a', value: 'b c' },
    ];
    expect(await pathsOf(checkTolerations(wrong))).toEqual([
      'tolerations 0 key',
      'tolerations 1 operator',
      'tolerations 2 value',
      'tolerations 3 value',
    ]);
    expect(await pathsOf(checkTolerations(Array.from({ length: 33 }, () => ({ key: 'a' }))))).toEqual([
      'tolerations',
    ]);
  });
});
