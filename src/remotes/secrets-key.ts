import { randomBytes, randomUUID } from 'node:crypto';
import { link, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';

const keyBytes = 32;

/** The 32 bytes that a text of hex or base64 stands for; null where it is neither. */
export function parseSecretsKey(text: string): Uint8Array | null {
  const hex = /^[0-9a-f]{64}$/i.test(text);
  if (!hex && !/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null;
  const key = Buffer.from(text, hex ? 'hex' : 'base64');
  return key.length === keyBytes ? key : null;
}

/**
 * The key that secrets are kept with: the configured one, else that of `dataDir/secrets-key`, which is made once (mode
 * 0600).
 * @throws Error when the file holds no key
 */
export async function loadSecretsKey(
  dataDir: string,
  configured: Uint8Array | undefined,
): Promise<Uint8Array> {
  if (configured) return configured;
  const file = join(dataDir, 'secrets-key');
  const kept = (await readOrNone(file)) ?? (await make(file));
  const key = parseSecretsKey(kept.trim());
  if (!key) throw new Error('The file secrets-key in the data folder holds no key of 32 bytes.');
  return key;
}

/** Linked into place whole, so of two that make it at once one wins and both read the same. */
async function make(file: string): Promise<string> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(`${randomBytes(keyBytes).toString('base64')}\n`);
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

async function readOrNone(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}
