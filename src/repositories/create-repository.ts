import type { Prisma, Repository, RepositoryKind } from '../../prisma/generated/client/client.js';
import { loadAdminSpace } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import { refuseDuplicate } from '../engines/database/refuse-duplicate.js';
import { checkNewBranchName } from '../engines/git/check-ref.js';
import { invalidField } from '../errors.js';
import { checkAll } from '../validation/check-all.js';
import { firstCommitMessage } from './first-commit.js';
import type { RepositoryServices } from './repository-services.js';
import { serviceIdentity } from './service-identity.js';

/** A new repository. */
export interface CreateRepositoryInput {
  name: string;
  kind: RepositoryKind;
  /** Default `main`. */
  defaultBranch?: string | null;
  /** Whether forced pushes are allowed; default false. */
  allowNonFastForward?: boolean | null;
}

const maxCreationMs = 30_000;

/**
 * Creates a bare Git repository with a README.md on its default branch. For space admins.
 * @param alsoInsert inserts more rows for the new repository in the same transaction; default none
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request`, `invalid_ref`, `already_exists`,
 *   `storage_unavailable`, and what `alsoInsert` throws
 */
export async function createRepository(
  services: RepositoryServices,
  ctx: RequestContext,
  spaceSlug: string,
  input: CreateRepositoryInput,
  alsoInsert: (tx: Prisma.TransactionClient, repositoryId: string) => Promise<unknown> = async () => {},
): Promise<Repository> {
  const { prisma, git } = services;
  const { space } = await loadAdminSpace(services, ctx, spaceSlug);
  const checked = await checkRepositoryInput(input);
  const data = {
    ...checked,
    spaceId: space.id,
    kind: input.kind,
    allowNonFastForward: input.allowNonFastForward ?? false,
  };
  // The insert reserves the name. Others see the row only after the Git repository exists, so no row is without one.
  return prisma.$transaction(
    async (tx) => {
      const repository = await refuseDuplicate('name', () => tx.repository.create({ data }));
      await alsoInsert(tx, repository.id);
      await git.createRepository(repository.id, {
        defaultBranch: data.defaultBranch,
        author: { name: ctx.actor.name, email: ctx.actor.email },
        committer: serviceIdentity,
        message: firstCommitMessage,
        files: [{ path: 'README.md', bytes: new TextEncoder().encode(`# ${data.name}\n`) }],
      });
      return repository;
    },
    { timeout: maxCreationMs },
  );
}

/**
 * Checks the name of a repository, which is part of its clone URL: 1 to 100 letters, digits, dots, underscores or hyphens. It
 * begins with a letter or digit and does not end in `.git` or `.lock`.
 * @throws DomainError `invalid_request` naming the field
 */
export function checkRepositoryName(value: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(value)) {
    throw invalidField(
      'name',
      'must be 1 to 100 letters, digits, dots, underscores or hyphens, and must begin with a letter or digit',
    );
  }
  if (/\.(git|lock)$/i.test(value)) throw invalidField('name', 'must not end in .git or .lock');
  return value;
}

/**
 * Checks the fields of a new repository.
 * @throws DomainError `invalid_request`, `invalid_ref`
 */
export function checkRepositoryInput({
  name,
  defaultBranch,
}: Pick<CreateRepositoryInput, 'name' | 'defaultBranch'>): Promise<{ name: string; defaultBranch: string }> {
  return checkAll({
    name: () => checkRepositoryName(name),
    defaultBranch: () => checkNewBranchName(defaultBranch ?? 'main', 'defaultBranch'),
  });
}
