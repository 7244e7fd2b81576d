import type { Repository, RepositoryKind } from '../../prisma/generated/client/client.js';
import { loadAdminSpace } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import { invalidField } from '../errors.js';
import { serviceIdentity } from '../files/commit-changes.js';
import { checkRemoteInput, type RemoteInput } from '../remotes/check-remote-input.js';
import { remoteData } from '../remotes/set-remote.js';
import { refuseDuplicate } from '../validation/refuse-duplicate.js';
import { checkBranchName } from './check-ref.js';
import { firstCommitMessage } from './first-commit.js';

/** A new repository; its default branch is `main` unless named, and it takes no forced pushes unless allowed. */
export interface CreateRepositoryInput {
  name: string;
  kind: RepositoryKind;
  defaultBranch?: string | null;
  /** Synced in the background, soon. */
  remote?: RemoteInput | null;
  allowNonFastForward?: boolean | null;
}

const longestCreationMs = 30_000;

/**
 * Makes a bare Git repository with a README.md on its default branch. For space admins.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request`, `invalid_ref`, `already_exists`,
 *   `storage_unavailable`, `runtime_unavailable` where remotes are off
 */
export async function createRepository(
  ctx: RequestContext,
  spaceSlug: string,
  input: CreateRepositoryInput,
): Promise<Repository> {
  const { prisma, git, remotes } = ctx.services;
  const { space } = await loadAdminSpace(ctx, spaceSlug);
  const data = {
    spaceId: space.id,
    name: checkRepositoryName(input.name),
    kind: input.kind,
    defaultBranch: checkBranchName(input.defaultBranch ?? 'main', ['body', 'default_branch']),
    allowNonFastForward: input.allowNonFastForward ?? false,
  };
  const remote = input.remote ? checkRemoteInput(remotes, input.remote, ['remote']) : null;
  // The row claims the name first and is seen only after the repository is there whole: no row is ever without one.
  const made = await prisma.$transaction(
    async (tx) => {
      const repository = await refuseDuplicate('name', () => tx.repository.create({ data }));
      if (remote) {
        const columns = remoteData(remotes, repository.id, remote, null);
        await tx.repositoryRemote.create({ data: { repositoryId: repository.id, ...columns } });
      }
      await git.createRepository(repository.id, {
        defaultBranch: data.defaultBranch,
        author: { name: ctx.actor.name, email: ctx.actor.email },
        committer: serviceIdentity,
        message: firstCommitMessage,
        files: [{ path: 'README.md', bytes: new TextEncoder().encode(`# ${data.name}\n`) }],
      });
      return repository;
    },
    { timeout: longestCreationMs },
  );
  if (remote) remotes.wake();
  return made;
}

/**
 * A name that can stand in a clone's URL: 1 to 100 letters, digits, dots, underscores and hyphens, a letter or digit
 * first, not ending in `.git` or `.lock`.
 * @throws DomainError `invalid_request` naming the field
 */
export function checkRepositoryName(value: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(value)) {
    throw invalidField(
      'name',
      'must be 1 to 100 letters, digits, dots, underscores and hyphens, a letter or digit first',
    );
  }
  if (/\.(git|lock)$/i.test(value)) throw invalidField('name', 'must not end in .git or .lock');
  return value;
}
