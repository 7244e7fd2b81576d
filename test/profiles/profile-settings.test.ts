import { describe, expect, it } from 'vitest';
import { FieldError } from '../../src/errors.js';
import { checkProfileSettings, type ProfileSettingsInput } from '../../src/profiles/profile-settings.js';

/** The path of the first fault, with dots; empty when there is none. */
async function faultOf(input: ProfileSettingsInput): Promise<string> {
  try {
    await checkProfileSettings(input);
    return '';
  } catch (error) {
    if (error instanceof FieldError) return error.faults[0].path.join('.');
    throw error;
  }
}

const environment = (name: string, value = 'x') => ({ environment: [{ name, value }] });

describe('the environment of a kernel profile', () => {
  it('is stored as an object', async () => {
    const variables = [
      { name: 'DB_HOST', value: 'db.example.com' },
      { name: '_empty', value: '' },
    ];
    expect(await checkProfileSettings({ environment: variables })).toMatchObject({
      environment: { DB_HOST: 'db.example.com', _empty: '' },
    });
  });

  it.each(['', '1A', 'A-B', 'A B', 'A=B', 'Ä', 'A\0', 'A'.repeat(129)])(
    'refuses the name %j, which is no POSIX name',
    async (name) => expect(await faultOf(environment(name))).toBe('environment.0.name'),
  );

  it.each([
    'HOME',
    'PATH',
    'LD_PRELOAD',
    'GCONV_PATH',
    'WORKER_PACKAGES',
    'JUPYTER_TOKEN',
    'JUPYTER_PATH',
    'IPYTHONDIR',
    'PYTHONPATH',
    'path',
  ])('refuses the name %s, which the server sets itself', async (name) =>
    expect(await faultOf(environment(name))).toBe('environment.0.name'),
  );

  it.each([
    ['a NUL', 'a\0b'],
    ['a lone surrogate', '\ud800'],
    ['too long a text', 'x'.repeat(8_193)],
  ])('refuses %s as a value', async (_what, value) =>
    expect(await faultOf(environment('A', value))).toBe('environment.0.value'),
  );

  it('refuses duplicates, too many variables, and too many characters in total', async () => {
    const variables = (count: number, value: string) =>
      Array.from({ length: count }, (_, index) => ({ name: `A${index}`, value }));
    const twice = [...variables(1, 'x'), ...variables(1, 'y')];
    expect(await faultOf({ environment: twice })).toBe('environment.1.name');
    expect(await faultOf({ environment: variables(64, 'x') })).toBe('');
    expect(await faultOf({ environment: variables(65, 'x') })).toBe('environment');
    expect(await faultOf({ environment: variables(5, 'x'.repeat(8_000)) })).toBe('environment');
  });

  it('may be named __proto__ without an effect on other objects', async () => {
    const { environment: stored } = await checkProfileSettings(environment('__proto__', 'x'));
    expect(Object.entries(stored!)).toEqual([['__proto__', 'x']]);
  });
});

describe('the warm imports of a kernel profile', () => {
  it('are names of modules, each once', async () => {
    const { warmImports } = await checkProfileSettings({ warmImports: ['numpy', 'scipy.stats', 'numpy'] });
    expect(warmImports).toEqual(['numpy', 'scipy.stats']);
  });

  it.each(['', 'a b', 'a;b', '.a', 'a.', 'a-b', '1a', 'a\nb', '"', 'a'.repeat(201)])(
    'refuse %j',
    async (name) => expect(await faultOf({ warmImports: ['os', name] })).toBe('warmImports.1'),
  );
});

describe('the image of a kernel profile', () => {
  it.each([
    'worker',
    'worker:1.2',
    'registry.example.com:5000/team/worker:v1',
    `registry.example.com/worker@sha256:${'0a'.repeat(32)}`,
  ])('may be %s', async (image) => expect(await faultOf({ image })).toBe(''));

  it.each(['', '-rm', 'a b', 'Worker', 'worker:', 'a//b', '../a', 'worker@sha256:12', 'x'.repeat(513)])(
    'refuses %j',
    async (image) => expect(await faultOf({ image })).toBe('image'),
  );

  it('is checked in linear time', async () => {
    const from = performance.now();
    expect(await faultOf({ image: `${'a-'.repeat(255)}!` })).toBe('image');
    expect(performance.now() - from).toBeLessThan(100);
  });
});
