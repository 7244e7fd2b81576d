import type { PrismaClient, Worker } from '../../prisma/generated/client/client.js';
import type { CheckoutTokens } from '../git-access/checkout-tokens.js';
import type { WorkerCheckout } from './worker-spec.js';

/** What a worker that starts fetches its files with. @param lifeMs how long its start may take, in ms */
export async function workerCheckout(
  { prisma, checkoutTokens }: { prisma: PrismaClient; checkoutTokens: CheckoutTokens },
  { id, repositoryId }: Pick<Worker, 'id' | 'repositoryId'>,
  commitOid: string,
  lifeMs: number,
): Promise<WorkerCheckout> {
  const { name, space } = await prisma.repository.findUniqueOrThrow({
    where: { id: repositoryId },
    select: { name: true, space: { select: { slug: true } } },
  });
  const path = `/git/${encodeURIComponent(space.slug)}/${encodeURIComponent(name)}.git`;
  return { path, commitOid, token: checkoutTokens.issue(id, lifeMs) };
}
