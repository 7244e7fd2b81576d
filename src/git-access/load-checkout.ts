import { bearerToken } from '../access/bearer-token.js';
import type { GitService } from '../engines/git/git-store.js';
import { DomainError, notFound } from '../errors.js';
import type { GitAccessServices } from './git-access-services.js';
import type { GitAddress } from './load-git-service.js';

/**
 * The worker that an `Authorization` header names by a checkout token; undefined for every other header.
 * @see CheckoutTokens
 */
export function checkoutWorkerOf(
  { checkoutTokens }: Pick<GitAccessServices, 'checkoutTokens'>,
  authorization: string | undefined,
): string | undefined {
  const token = bearerToken(authorization);
  return token === undefined ? undefined : checkoutTokens.workerOf(token);
}

/**
 * The repository that a worker fetches its files from, while the worker starts. Whoever started it was authorized then.
 * @throws DomainError `unauthenticated` when the worker does not start any more; `not_found` for another repository
 */
export async function loadCheckout(
  { prisma, git }: Pick<GitAccessServices, 'prisma' | 'git'>,
  workerId: string,
  { spaceSlug, name }: GitAddress,
): Promise<GitService> {
  const worker = await prisma.worker.findUnique({
    where: { id: workerId },
    select: {
      status: true,
      repository: { select: { id: true, name: true, space: { select: { slug: true } } } },
    },
  });
  if (worker?.status !== 'starting')
    throw new DomainError('unauthenticated', 'This token was for the start of a worker, which is over.');
  const { repository } = worker;
  if (repository.name !== name || repository.space.slug !== spaceSlug) throw notFound('The repository');
  return git.serve(repository.id);
}
