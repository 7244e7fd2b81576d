import { encodeNotebook } from '../src/engines/nbformat/encode-notebook.js';
import { normalizeNotebook } from '../src/engines/nbformat/normalize-notebook.js';
import { DomainError } from '../src/errors.js';
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
  if (await prisma.workspace.findUnique({ where: { id: demo.workspaceId } })) return;
  const owner = await prisma.user.findFirstOrThrow({
    where: { isPlatformAdmin: true },
    orderBy: { createdAt: 'asc' },
  });
  const repositoryExists = await git.repository(demo.repositoryId).then(
    () => true,
    // A repository that cannot be read now exists as well.
    (error) => !(error instanceof DomainError && error.code === 'not_found'),
  );
  if (!repositoryExists) {
    await git.createRepository(demo.repositoryId, {
      defaultBranch: 'main',
      author: { name: owner.name, email: owner.email },
      committer: serviceIdentity,
      message: 'Create the demo',
      files: [
        { path: 'README.md', bytes: new TextEncoder().encode(readme) },
        { path: demo.notebookPath, bytes: encodeNotebook(normalizeNotebook(notebook)).bytes },
      ],
    });
  }
  await prisma.$transaction([
    prisma.space.createMany({
      data: { id: demo.spaceId, slug: demo.slug, name: 'Demo' },
      skipDuplicates: true,
    }),
    prisma.spaceMember.createMany({
      data: { spaceId: demo.spaceId, userId: owner.id, role: 'admin' },
      skipDuplicates: true,
    }),
    prisma.repository.createMany({
      data: {
        id: demo.repositoryId,
        spaceId: demo.spaceId,
        name: 'welcome',
        kind: 'analysis',
        defaultBranch: 'main',
      },
      skipDuplicates: true,
    }),
    prisma.workspace.create({
      data: {
        id: demo.workspaceId,
        spaceId: demo.spaceId,
        name: 'Welcome',
        defaultRepositoryId: demo.repositoryId,
        defaultBranch: 'main',
        ownerUserId: owner.id,
        visibility: 'space',
      },
    }),
  ]);
}

const readme = `# Demo

A workspace to try things out in. Everything here is a file in a Git repository: change it, save it, run it.
`;

/** The code of the cell of the demo that draws. */
export const demoPlot =
  'import numpy as np\nimport pandas as pd\n\nx = np.linspace(0, 4 * np.pi, 200)\n' +
  "waves = pd.DataFrame({'sine': np.sin(x), 'damped': np.sin(x) * np.exp(-x / 6)}, index=x)\n" +
  "waves.plot(title='Waves', figsize=(7, 3), grid=True);";

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
    {
      id: 'about-plot',
      cell_type: 'markdown',
      metadata: {},
      source: 'A plot, drawn with pandas and matplotlib:',
    },
    {
      id: 'plot',
      cell_type: 'code',
      metadata: {},
      source: demoPlot,
      execution_count: null,
      outputs: [],
    },
  ],
};
