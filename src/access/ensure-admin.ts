import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { generateToken, hashToken } from './token.js';

/** The API token of the first user. */
export interface AdminToken {
  token: string;
  /** Whether this start generated it. Only then is it printed. */
  isNew: boolean;
}

interface AdminOptions {
  dataDir: string;
  /** The value of `ADMIN_TOKEN`. */
  adminToken: string | undefined;
}

/** Whether {@link ensureAdmin} has neither a user to create nor a token to generate. */
export async function hasAdmin(prisma: PrismaClient, options: AdminOptions): Promise<boolean> {
  if (!(await keptToken(options))) return false;
  return (await prisma.user.count({ where: { isPlatformAdmin: true } })) > 0;
}

/**
 * Makes sure that the first user exists, is a platform admin, and has a valid token. The token is `ADMIN_TOKEN`, or else a
 * generated one. The only plaintext copy of a generated token is the file `dataDir/admin-token` (mode 0600). Only one such
 * token is valid at a time: the previous one is revoked. Tokens that were created through the API do not change.
 */
export async function ensureAdmin(prisma: PrismaClient, options: AdminOptions): Promise<AdminToken> {
  const kept = await keptToken(options);
  const token = kept || generateToken();
  if (!kept) await writeSecret(tokenFile(options), token);
  const admin =
    (await prisma.user.findFirst({ where: { isPlatformAdmin: true }, orderBy: { createdAt: 'asc' } })) ??
    (await prisma.user.create({
      data: { name: 'Admin', email: 'admin@localhost', isPlatformAdmin: true },
    }));
  const hash = hashToken(token);
  await prisma.$transaction([
    prisma.apiToken.createMany({
      data: {
        userId: admin.id,
        name: 'first admin',
        hash,
        scopes: ['read', 'write', 'execute', 'admin'],
        isAdminToken: true,
      },
      skipDuplicates: true,
    }),
    // A token that an admin revoked has `isAdminToken` false, so it stays revoked.
    prisma.apiToken.updateMany({ where: { hash, isAdminToken: true }, data: { revokedAt: null } }),
    prisma.apiToken.updateMany({
      where: { hash: { not: hash }, isAdminToken: true, revokedAt: null },
      data: { revokedAt: new Date() },
    }),
  ]);
  return { token, isNew: !kept };
}

/** The configured token, or the one that an earlier start generated; empty for none. */
async function keptToken(options: AdminOptions): Promise<string> {
  return options.adminToken ?? (await readFile(tokenFile(options), 'utf8').catch(() => '')).trim();
}

function tokenFile({ dataDir }: AdminOptions): string {
  return join(dataDir, 'admin-token');
}

async function writeSecret(file: string, secret: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(`${secret}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}
