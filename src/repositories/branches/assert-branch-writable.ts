import type { SpaceAccess } from '../../context.js';
import type { PrismaService } from '../../engines/database/prisma-service.js';
import { DomainError } from '../../errors.js';

/** Refuses a direct write to a protected branch, except by a space admin. @throws DomainError `branch_protected` */
export async function assertBranchWritable(
  { prisma }: PrismaService,
  target: { access: SpaceAccess; repository: { id: string } },
  branch: string,
): Promise<void> {
  if (target.access.role === 'admin') return;
  const where = { repositoryId_name: { repositoryId: target.repository.id, name: branch } };
  if (await prisma.protectedBranch.findUnique({ where })) {
    throw new DomainError(
      'branch_protected',
      'This branch is protected; only space admins write to it directly.',
    );
  }
}
