import type { RequestContext } from '../context.js';
import type { ReceiveRequest } from '../engines/git/git-store.js';
import type { GitAccessServices } from './git-access-services.js';
import { type GitAddress, loadGitService } from './load-git-service.js';
import { pushPolicy } from './push-policy.js';

/** What a push needs of its door. */
export type PushInput = Pick<ReceiveRequest, 'input' | 'output' | 'watchdog' | 'maxBytes'> & {
  /** Authenticates the caller anew: a push may take long, and the right to it may end meanwhile. */
  refresh(): Promise<RequestContext>;
};

/**
 * Takes a push and brings the index up to the branches that it moved, which tells who listens. Needs the scope `write` and
 * `can_edit` of the repository. What is refused later is told in git's own report.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request`, `storage_unavailable`
 */
export async function receivePush(
  services: GitAccessServices,
  ctx: RequestContext,
  address: GitAddress,
  input: PushInput,
): Promise<void> {
  const { refresh, ...streams } = input;
  const { service, target } = await loadGitService(services, ctx, address, 'edit');
  const { indexer, log } = services;
  const repositoryId = target.repository.id;
  await service.receive({
    ...streams,
    async authorize() {
      const now = await refresh();
      return pushPolicy(services, (await loadGitService(services, now, address, 'edit')).target);
    },
    async moved(branches) {
      const there = branches.filter(({ isDeleted }) => !isDeleted);
      await indexer.bringUp(
        repositoryId,
        there.map(({ name }) => name),
      );
    },
    onRefused: (err) => log.info({ err, repositoryId, requestId: ctx.requestId }, 'a push was refused'),
    onError: (err) => log.error({ err, repositoryId, requestId: ctx.requestId }, 'a push failed'),
  });
}
