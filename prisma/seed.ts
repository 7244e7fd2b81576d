import { uniqueViolation } from '../src/engines/database/unique-violation.js';
import { encodeNotebook } from '../src/engines/nbformat/encode-notebook.js';
import { normalizeNotebook } from '../src/engines/nbformat/normalize-notebook.js';
import { DomainError, type ErrorCode } from '../src/errors.js';
import type { RepositoryServices } from '../src/repositories/repository-services.js';
import { serviceIdentity } from '../src/repositories/service-identity.js';

/** The ids of the demo. They are fixed, so that the commands of the README work as they are written. */
export const demo = {
  slug: 'demo',
  spaceId: '00000000-0000-4000-8000-0000000000a0',
  repositoryId: '00000000-0000-4000-8000-0000000000b0',
  workspaceId: '00000000-0000-4000-8000-0000000000c0',
  notebookPath: 'notebooks/welcome.ipynb',
} as const;

/** Creates the space `demo` with a repository, a workspace and a notebook, unless it exists. */
export async function seedDemo({ prisma, git }: RepositoryServices): Promise<void> {
  const where = { id: demo.workspaceId };
  if (await prisma.workspace.findUnique({ where })) return;
  const owner = await prisma.user.findFirstOrThrow({
    where: { isPlatformAdmin: true },
    orderBy: { createdAt: 'asc' },
  });
  await createDemoRepository(git, owner);
  await createDemoRows(prisma, owner.id).catch(async (error) => {
    // Another gateway that starts at this moment was first.
    const exists = uniqueViolation(error) !== null && (await prisma.workspace.findUnique({ where }));
    if (!exists) throw error;
  });
}

async function createDemoRows(prisma: RepositoryServices['prisma'], ownerId: string): Promise<void> {
  await prisma.$transaction([
    prisma.space.upsert({
      where: { slug: demo.slug },
      update: {},
      create: { id: demo.spaceId, slug: demo.slug, name: 'Demo' },
    }),
    prisma.spaceMember.upsert({
      where: { spaceId_userId: { spaceId: demo.spaceId, userId: ownerId } },
      update: {},
      create: { spaceId: demo.spaceId, userId: ownerId, role: 'admin' },
    }),
    prisma.repository.upsert({
      where: { id: demo.repositoryId },
      update: {},
      create: {
        id: demo.repositoryId,
        spaceId: demo.spaceId,
        name: 'welcome',
        kind: 'analysis',
        defaultBranch: 'main',
      },
    }),
    prisma.workspace.create({
      data: {
        id: demo.workspaceId,
        spaceId: demo.spaceId,
        name: 'Welcome',
        defaultRepositoryId: demo.repositoryId,
        defaultBranch: 'main',
        ownerUserId: ownerId,
        visibility: 'space',
      },
    }),
  ]);
}

/** Creates the repository, unless it exists, or another gateway that starts at this moment creates it. */
async function createDemoRepository(
  git: RepositoryServices['git'],
  { name, email }: { name: string; email: string },
): Promise<void> {
  const exists = await git.repository(demo.repositoryId).then(
    () => true,
    // A repository that cannot be read now exists as well.
    (error) => !isDomainError(error, 'not_found'),
  );
  if (exists) return;
  await git
    .createRepository(demo.repositoryId, {
      defaultBranch: 'main',
      author: { name, email },
      committer: serviceIdentity,
      message: 'Create the demo',
      files: [
        { path: 'README.md', bytes: new TextEncoder().encode(readme) },
        { path: demo.notebookPath, bytes: encodeNotebook(normalizeNotebook(notebook)).bytes },
      ],
    })
    .catch((error) => {
      if (!isDomainError(error, 'already_exists')) throw error;
    });
}

function isDomainError(error: unknown, code: ErrorCode): boolean {
  return error instanceof DomainError && error.code === code;
}

const readme = `# Demo

A workspace to try things out in. Everything here is a file in a Git repository: change it, save it, run it.
`;

const notebook = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {
    kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
    language_info: { name: 'python' },
  },
  cells: [
    { id: 'welcome', cell_type: 'markdown', metadata: {}, source: '# Welcome\n\nRun the cell below.' },
    {
      id: 'hello',
      cell_type: 'code',
      metadata: {},
      source: "for i in range(3):\n    print('hello', i)",
      execution_count: null,
      outputs: [],
    },
  ],
};
