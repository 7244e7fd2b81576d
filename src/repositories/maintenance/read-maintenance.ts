import type {
  MaintenanceStatus,
  MaintenanceStep,
  Repository,
} from '../../../prisma/generated/client/client.js';
import { loadSpaceById } from '../../access/load-space.js';
import { requireScope } from '../../access/require-scope.js';
import type { RequestContext } from '../../context.js';
import type { ObjectStatistics } from '../../engines/git/git-store.js';
import { DomainError } from '../../errors.js';
import type { RepositoryServices } from '../repository-services.js';

/** The state of a repository's maintenance, and the number and size of its objects on disk. */
export interface MaintenanceState extends ObjectStatistics {
  repositoryId: string;
  status: MaintenanceStatus;
  step: MaintenanceStep | null;
  /** The progress of the step, where Git prints it. */
  percent: number | null;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** Why the last maintenance failed, in a sentence. */
  lastError: string | null;
}

const never = {
  status: 'idle',
  step: null,
  percent: null,
  startedAt: null,
  finishedAt: null,
  lastError: null,
} as const;

/**
 * Reads the state of a repository's maintenance. For space admins with the scope `admin`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function readMaintenance(
  services: RepositoryServices,
  ctx: RequestContext,
  repository: Pick<Repository, 'id' | 'spaceId'>,
): Promise<MaintenanceState> {
  const access = await loadSpaceById(services, ctx, repository.spaceId);
  requireScope(ctx, 'admin');
  if (access.role !== 'admin') {
    throw new DomainError(
      'forbidden',
      'Only an admin of this space may see the maintenance of a repository.',
    );
  }
  const { prisma, git } = services;
  const row = await prisma.repositoryMaintenance.findUnique({ where: { repositoryId: repository.id } });
  return { ...never, ...row, repositoryId: repository.id, ...(await git.measure(repository.id)) };
}
