import type { AccessLevel, Visibility } from '../../prisma/generated/client/client.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext, SpaceAccess } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { publishWorkspaceChange } from '../engines/events/publish-workspace-change.js';
import { DomainError, invalidField } from '../errors.js';
import { checkAll, checkEach } from '../validation/check-all.js';
import { checkIdOf, type NamedBy, unknownId } from '../validation/unknown-id.js';
import { isUuid } from '../validation/validate.js';
import { accessEtag } from './access-etag.js';
import { assertNotArchived, loadWorkspace } from './load-workspace.js';
import { lockWorkspace } from './lock-workspace.js';
import type { SharedWorkspace } from './read-workspace-access.js';
import { assertMaySetOwner, checkNewOwner } from './update-workspace.js';
import type { WorkspaceServices } from './workspace-services.js';

/** The access of one user or team to a workspace. */
export interface GrantInput {
  principalType: 'user' | 'team';
  principalId: string;
  accessLevel: AccessLevel;
}

/** The new sharing of a workspace. An absent visibility or owner stays as it is. */
export interface WorkspaceAccessInput {
  visibility?: Visibility | null;
  ownerUserId?: string | null;
  /** Replace all grants; at most 500. */
  grants: GrantInput[];
}

/** On what a replacement depends. */
export interface AccessCondition {
  /** Entity tags, without quotes: the sharing must have one of them. Default: whatever it is. */
  ifMatch?: readonly string[] | null;
}

const maxGrants = 500;

/**
 * Replaces all grants of a workspace, and sets its visibility and owner where they are given. Needs the scope `write`
 * and `can_manage`, also at the time of the write. The condition is checked last, together with the write: of two with the
 * same tag one is refused.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `workspace_archived`, `invalid_request`,
 *   `precondition_failed`
 */
export async function replaceWorkspaceAccess(
  services: WorkspaceServices,
  ctx: RequestContext,
  spaceSlug: string,
  workspaceId: string,
  input: WorkspaceAccessInput,
  { ifMatch }: AccessCondition = {},
): Promise<SharedWorkspace> {
  const loaded = await loadWorkspace(services, ctx, spaceSlug, workspaceId, 'manage');
  requireScope(ctx, 'write');
  assertNotArchived(loaded.workspace);
  const { ownerUserId } = await checkAll({
    ownerUserId: () =>
      input.ownerUserId == null ? undefined : checkNewOwner(services, ctx, loaded, input.ownerUserId),
    grants: () => checkGrants(services, loaded.access, input.grants),
  });
  const shared = await services.prisma.$transaction(async (tx) => {
    // Another request would insert its grants between the deletion and the insertion here.
    const before = await lockWorkspace(tx, ctx, loaded, 'manage');
    assertNotArchived(before);
    if (ownerUserId !== undefined) assertMaySetOwner(ctx, loaded.access, before, ownerUserId);
    if (ifMatch && !ifMatch.includes(accessEtag(before))) throw hasOtherTag();
    const grants = grantRows(input.grants, before);
    return tx.workspace.update({
      where: { id: before.id },
      data: {
        visibility: input.visibility ?? undefined,
        ownerUserId,
        grants: { deleteMany: {}, createMany: { data: grants } },
      },
      include: { grants: true },
    });
  });
  publishWorkspaceChange(services.bus, shared, 'access_changed');
  return shared;
}

/** The rows of new grants. Who has one already keeps its id. */
function grantRows(grants: readonly GrantInput[], before: SharedWorkspace) {
  const ids = new Map(before.grants.map((grant) => [grant.userId ?? grant.teamId, grant.id]));
  return grants.map(({ principalType, principalId, accessLevel }) => ({
    id: ids.get(principalId),
    userId: principalType === 'user' ? principalId : null,
    teamId: principalType === 'team' ? principalId : null,
    accessLevel,
  }));
}

function hasOtherTag(): DomainError {
  return new DomainError(
    'precondition_failed',
    'The sharing has none of the entity tags that the request asks for; read it again.',
  );
}

/** Checks the number of grants. @throws FieldError `invalid_request` for more than 500 */
export function checkGrantCount(grants: readonly unknown[]): void {
  if (grants.length > maxGrants)
    throw invalidField('grants', `must have at most ${maxGrants} items`, 'too_long');
}

/** Checks the form of a principal's id. @param index of the grant @throws FieldError as for an unknown principal */
export function checkPrincipalId(id: string, index: number, type: GrantInput['principalType']): string {
  return checkIdOf(id, ...principalAt(index, type));
}

function principalAt(index: number, type: GrantInput['principalType']): NamedBy {
  return [['grants', index, 'principalId'], `a ${type} of this space`];
}

async function checkGrants(
  services: PrismaService,
  access: SpaceAccess,
  grants: GrantInput[],
): Promise<void> {
  checkGrantCount(grants);
  const { prisma } = services;
  const ids = (type: GrantInput['principalType']) =>
    grants
      .filter((grant) => grant.principalType === type && isUuid(grant.principalId))
      .map((g) => g.principalId);
  const spaceId = access.space.id;
  const [members, teams] = await Promise.all([
    prisma.spaceMember.findMany({
      where: { spaceId, userId: { in: ids('user') } },
      select: { userId: true },
    }),
    prisma.team.findMany({ where: { spaceId, id: { in: ids('team') } }, select: { id: true } }),
  ]);
  const known = new Set([
    ...members.map(({ userId }) => `user:${userId}`),
    ...teams.map(({ id }) => `team:${id}`),
  ]);
  const seen = new Set<string>();
  await checkEach(grants, ({ principalType, principalId }, index) => {
    const principal = `${principalType}:${principalId}`;
    const named = principalAt(index, principalType);
    if (!known.has(principal)) throw unknownId(...named);
    if (seen.has(principal)) throw invalidField(named[0], 'is listed twice', 'duplicate');
    seen.add(principal);
  });
}
