import { randomUUID } from 'node:crypto';
import { link, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { DomainError } from '../errors.js';

const fileName = 'gateway-folder';

/**
 * Records in a database the id of the folder of its repositories, or checks it: gateways that share the database must see the
 * same repositories. The folder has its id in a file, which a copy of the folder keeps.
 * @param root the existing folder of the repositories, which belongs to this database
 * @throws DomainError `storage_unavailable` when the database belongs to another folder
 */
export async function assertSameFolder(prisma: PrismaClient, root: string): Promise<void> {
  const only = { key: 1 };
  const known = await prisma.installation.findUniqueOrThrow({ where: only });
  const file = join(root, fileName);
  if (known.folderId === null) {
    const folderId = await createOnce(file);
    await prisma.installation.updateMany({ where: { ...only, folderId: null }, data: { folderId } });
  }
  const { folderId } = await prisma.installation.findUniqueOrThrow({ where: only });
  if (folderId !== (await readIfExists(file))) throw anotherFolder();
}

/** The id in the file, which is created if it does not exist. */
async function createOnce(file: string): Promise<string> {
  const temporary = `${file}.${randomUUID()}`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomUUID()}\n`);
    await handle.sync();
    // The only call that creates a file together with its contents, and fails when it exists.
    await link(temporary, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await handle.close();
    await unlink(temporary);
  }
  return (await readFile(file, 'latin1')).trim();
}

async function readIfExists(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'latin1').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  return text?.trim();
}

function anotherFolder(): DomainError {
  return new DomainError(
    'storage_unavailable',
    'The database belongs to gateways with another DATA_DIR: set DATA_DIR to the folder that they share, or DATABASE_URL to ' +
      'another database. If that folder is lost, restore it from a backup; docs/operating.md says how to begin without it.',
  );
}
