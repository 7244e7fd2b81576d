import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { loadSecretsKey } from '../../src/remotes/secrets-key.js';
import { parseSecretsKey } from '../../src/validation/parse-secrets-key.js';

it('a key file is created once, readable by its owner only; a damaged one is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'secrets-key-'));
  try {
    const keys = await Promise.all([1, 2, 3].map(() => loadSecretsKey(folder, undefined)));
    expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1);
    expect(keys[0]).toHaveLength(32);
    expect(await loadSecretsKey(folder, undefined)).toEqual(keys[0]);
    expect((await stat(join(folder, 'secrets-key'))).mode & 0o777).toBe(0o600);
    const given = randomBytes(32);
    expect(await loadSecretsKey(folder, given)).toBe(given);
    await writeFile(
      join(folder, 'secrets-key'),
      (await readFile(join(folder, 'secrets-key'))).subarray(0, 20),
    );
    await expect(loadSecretsKey(folder, undefined)).rejects.toThrow(/no key of 32 bytes/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('a key is read from hex and base64; the error for a wrong one does not contain it', () => {
  const key = randomBytes(32);
  for (const text of [key.toString('hex'), key.toString('base64'), key.toString('base64url')]) {
    expect(parseSecretsKey(text)).toEqual(key);
    expect(readConfig({ SECRETS_KEY: text }).secretsKey).toEqual(key);
  }
  for (const text of [
    'short',
    'x'.repeat(64),
    randomBytes(31).toString('base64'),
    randomBytes(33).toString('hex'),
  ]) {
    expect(() => readConfig({ SECRETS_KEY: text })).toThrow(/SECRETS_KEY: must be 32 bytes/);
    expect(() => readConfig({ SECRETS_KEY: text })).not.toThrow(text);
  }
  expect(readConfig({}).secretsKey).toBeUndefined();
  expect(() => readConfig({ REMOTE_ALLOWED_HOSTS: 'a,10.0.0.0/99' })).toThrow(
    /REMOTE_ALLOWED_HOSTS: must list/,
  );
});
