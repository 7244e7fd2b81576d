import { randomBytes, randomUUID } from 'node:crypto';
import { link, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSecretsKey } from '../validation/parse-secrets-key.js';

/**
 * The key that encrypts the secrets of remotes: the configured one, else the one in the file `dataDir/secrets-key`. The
 * file is created at the first start and only its owner may read it (mode 0600).
 * @param configured the value of `SECRETS_KEY`; 32 bytes
 * @returns 32 bytes
 * @throws Error when the file does not contain a key
 */
export async function loadSecretsKey(
  dataDir: string,
  configured: Uint8Array | undefined,
): Promise<Uint8Array> {
  if (configured) return configured;
  const file = join(dataDir, 'secrets-key');
  const text = (await readIfExists(file)) ?? (await createKeyFile(file));
  const key = parseSecretsKey(text.trim());
  if (!key) throw new Error('The file secrets-key in the data folder contains no key of 32 bytes.');
  return key;
}

/** `link` publishes the complete file or fails, so that processes which start at the same time read the same key. */
async function createKeyFile(file: string): Promise<string> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(`${randomBytes(32).toString('base64')}\n`);
    await handle.sync();
    await link(temporary, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await handle.close();
    await unlink(temporary);
  }
  return readFile(file, 'utf8');
}

async function readIfExists(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}
