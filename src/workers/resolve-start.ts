import type {
  KernelProfile,
  Repository,
  RepositoryKind,
  ResourceClass,
  Workspace,
} from '../../prisma/generated/client/client.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { branchNamed } from '../engines/git/check-ref.js';
import { assertReadablePath } from '../engines/git/file-path.js';
import { isSameKernel } from '../engines/kernels/is-same-kernel.js';
import { DomainError, invalidField } from '../errors.js';
import { profileOfKernel } from '../profiles/profile-of-kernel.js';
import { checkAll } from '../validation/check-all.js';
import { assertNotArchived, loadWorkspace } from '../workspaces/load-workspace.js';
import { checkStartName } from './check-start-name.js';
import { allowedResourceClass, findResourceClass } from './choose-resource-class.js';
import type { WorkerServices } from './worker-services.js';

/** What a new worker or session needs; only `workspaceId` is required. See {@link StartPlan} for the defaults. */
export interface StartInput {
  workspaceId: string;
  repositoryKind?: RepositoryKind | null;
  branch?: string | null;
  path?: string | null;
  kernelName?: string | null;
  kernelProfileId?: string | null;
  resourceClassId?: string | null;
}

/**
 * A checked {@link StartInput} with its defaults: the workspace's branch, the default kernel profile (or the one of the
 * kernel), the default resource class (or the first that the profile allows).
 */
export interface StartPlan {
  workspace: Workspace;
  repository: Repository;
  branch: string;
  commitOid: string;
  path: string | null;
  profile: KernelProfile;
  resourceClass: ResourceClass;
}

/**
 * Checks the input of a start and fills in its defaults. Needs the scope `execute` and `can_edit`.
 * @throws DomainError `not_found` (workspace), `insufficient_scope`, `forbidden`, `workspace_archived`,
 *   `invalid_request`, `invalid_path`, `invalid_ref`
 */
export async function resolveStart(
  services: WorkerServices,
  ctx: RequestContext,
  spaceSlug: string,
  input: StartInput,
): Promise<StartPlan> {
  const { workspace } = await loadWorkspace(services, ctx, spaceSlug, input.workspaceId, 'edit');
  requireScope(ctx, 'execute');
  assertNotArchived(workspace);
  const repository = workspace.defaultRepository;
  const path = input.path ?? null;
  const { tip, profile, resourceClass } = await checkAll({
    repositoryKind: () => checkRepositoryKind(repository, input.repositoryKind),
    path: () => (path === null ? undefined : assertReadablePath(path)),
    tip: () => findBranch(services, workspace, input.branch),
    profile: () => findProfile(services, input),
    resourceClass: () => findResourceClass(services, input.resourceClassId),
  });
  const allowed = await allowedResourceClass(services, profile, resourceClass, input.resourceClassId);
  return { workspace, repository, ...tip, path, profile, resourceClass: allowed };
}

function checkRepositoryKind({ kind }: Repository, given: StartInput['repositoryKind']): void {
  if (!given || given === kind) return;
  throw invalidField(
    'repositoryKind',
    `must be "${kind}", the kind of the workspace's repository`,
    'mismatch',
  );
}

async function findBranch(
  services: WorkerServices,
  { defaultBranch, defaultRepositoryId }: Workspace,
  given: string | null | undefined,
): Promise<{ branch: string; commitOid: string }> {
  const git = await services.git.repository(defaultRepositoryId);
  const branch = given == null ? defaultBranch : await branchNamed(git, given);
  try {
    return { branch, commitOid: await git.resolveBranch(branch) };
  } catch (error) {
    if (!(error instanceof DomainError && error.code === 'not_found')) throw error;
    throw invalidField('branch', 'is not a branch of the repository', 'unknown');
  }
}

async function findProfile(services: PrismaService, input: StartInput): Promise<KernelProfile> {
  const { kernelName, kernelProfileId } = input;
  const { named } = await checkAll({
    kernelName: () => {
      if (kernelName != null) checkStartName(kernelName, 'kernelName');
    },
    named: () => (kernelProfileId == null ? null : namedProfile(services, kernelProfileId)),
  });
  if (!named) return defaultProfile(services, kernelName);
  if (kernelName == null || isSameKernel(kernelName, named.kernelName)) return named;
  throw invalidField('kernelName', `must be "${named.kernelName}", the kernel of the profile`, 'mismatch');
}

/**
 * Loads a kernel profile that an input names.
 * @throws FieldError `invalid_request` naming `kernelProfileId` when there is none
 */
export async function namedProfile({ prisma }: PrismaService, id: string): Promise<KernelProfile> {
  checkStartName(id, 'kernelProfileId');
  const profile = await prisma.kernelProfile.findUnique({ where: { id } });
  if (!profile) throw invalidField('kernelProfileId', 'is not a kernel profile', 'unknown');
  return profile;
}

async function defaultProfile(
  services: PrismaService,
  kernelName: string | null | undefined,
): Promise<KernelProfile> {
  if (kernelName != null) {
    const profile = await profileOfKernel(services, kernelName);
    if (!profile) throw invalidField('kernelName', 'is not the kernel of any profile', 'unknown');
    return profile;
  }
  const profile = await services.prisma.kernelProfile.findFirst({
    orderBy: [{ isDefault: 'desc' }, { id: 'asc' }],
  });
  if (profile) return profile;
  throw invalidField('kernelProfileId', 'is required: there is no default profile', 'missing');
}
