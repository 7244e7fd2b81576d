import type { RequestContext } from '../context.js';
import type { ReceiveRequest } from '../engines/git/git-store.js';
import type { GitAccessServices } from './git-access-services.js';
import { type GitAddress, loadGitService } from './load-git-service.js';
import { pushPolicy } from './push-policy.js';

/** What the transport provides for a push. */
export type PushInput = Pick<ReceiveRequest, 'input' | 'output' | 'watchdog' | 'maxBytes'> & {
  /** Authenticates the caller again: during a long push, the caller may lose the right to it. */
  refresh(): Promise<RequestContext>;
};

/**
 * Receives a push, then indexes the pushed branches, which publishes the new commits to subscribers. Needs the scope `write`
 * and `can_edit` of the repository. Once the push is being received, Git's own status report contains every refusal.
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
  await service.receive(ctx.actor.userId, {
    ...streams,
    async authorize() {
      const now = await refresh();
      return pushPolicy(services, (await loadGitService(services, now, address, 'edit')).target);
    },
    async moved(branches) {
      const names = branches.filter(({ isDeleted }) => !isDeleted).map(({ name }) => name);
      await indexer.bringUp(repositoryId, names);
    },
    onRefused: (err) => log.info({ err, repositoryId, requestId: ctx.requestId }, 'a push was refused'),
    onError: (err) => log.error({ err, repositoryId, requestId: ctx.requestId }, 'a push failed'),
  });
}
