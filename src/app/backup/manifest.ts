import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DomainError } from '../../errors.js';

/** The version of the layout of a backup. */
const format = 1;

/** The folders and files of a backup. */
export const backupNames = {
  manifest: 'manifest.json',
  database: 'database',
  repositories: 'repositories',
  /** Secrets, which only their owner may read. */
  secrets: 'secrets',
} as const;

/** The files of `DATA_DIR` that are secrets: the key that encrypts others, and the first user's API token. */
export const secretFiles = ['secrets-key', 'admin-token'] as const;

const manifestSchema = z.object({
  format: z.literal(format),
  createdAt: z.iso.datetime(),
  /** Which database it was: the backup can be restored into either. */
  database: z.enum(['pglite', 'postgresql']),
  migrations: z.array(z.string()),
  sequences: z.array(z.object({ name: z.string(), value: z.string().nullable() })),
  /** The rows of each table, and the SHA-256 of its file. */
  tables: z.array(z.object({ name: z.string().regex(/^\w+$/), rows: z.number(), sha256: z.string() })),
  repositories: z.array(z.string()),
  /** Which of the secrets it has. */
  secrets: z.array(z.enum(secretFiles)),
});

/** What a backup contains. It is written last, so a folder without it is no whole backup. */
export type Manifest = z.infer<typeof manifestSchema>;

/** Writes the manifest to the disk. */
export async function writeManifest(folder: string, manifest: Omit<Manifest, 'format'>): Promise<void> {
  const file = await open(join(folder, backupNames.manifest), 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify({ format, ...manifest }, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Reads the manifest of a backup.
 * @throws DomainError `storage_unavailable` when the folder has no whole backup, or one of another format
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, backupNames.manifest), 'utf8').catch(() => null);
  if (text === null)
    throw new DomainError('storage_unavailable', `${folder} has no manifest.json: it is not a whole backup.`);
  const parsed = manifestSchema.safeParse(jsonOf(text));
  if (!parsed.success)
    throw new DomainError(
      'storage_unavailable',
      `The manifest.json of ${folder} is not of this version of the gateway, or damaged.`,
    );
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
