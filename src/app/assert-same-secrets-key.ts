import { createHmac } from 'node:crypto';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { DomainError } from '../errors.js';

/**
 * Records a hash of the key of the secrets in a database, or checks it: gateways that share the database must read each
 * other's secrets.
 * @throws DomainError `storage_unavailable` when the gateways of the database have another key
 */
export async function assertSameSecretsKey(prisma: PrismaClient, key: Uint8Array): Promise<void> {
  const secretsKeyHash = createHmac('sha256', key).update('notebook-gateway secrets key').digest('hex');
  const only = { key: 1 };
  await prisma.installation.updateMany({
    where: { ...only, secretsKeyHash: null },
    data: { secretsKeyHash },
  });
  const known = await prisma.installation.findUniqueOrThrow({ where: only });
  if (known.secretsKeyHash === secretsKeyHash) return;
  throw new DomainError(
    'storage_unavailable',
    'The secrets in the database are encrypted with another key: set SECRETS_KEY to that, the same for all gateways. If it is ' +
      'lost, docs/operating.md says how to begin with a new one.',
  );
}
