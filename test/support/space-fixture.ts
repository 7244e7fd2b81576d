import { randomUUID } from 'node:crypto';
import { encodeNotebook } from '../../src/engines/nbformat/encode-notebook.js';
import { normalizeNotebook } from '../../src/engines/nbformat/normalize-notebook.js';
import { emptyNotebook } from '../../src/engines/nbformat/notebook.js';
import type { TestGateway } from './gateway.js';

/** A space that holds one thing of each kind; the ids are named as the parameters of paths. */
export interface SpaceFixture {
  slug: string;
  ids: Record<
    | 'workspace_id'
    | 'repository_id'
    | 'notebook_id'
    | 'link_id'
    | 'worker_id'
    | 'session_id'
    | 'execution_id',
    string
  >;
}

/** Makes a {@link SpaceFixture}; its one workspace is private to the platform admin, and its worker has stopped. */
export async function createSpaceFixture({ gateway }: TestGateway): Promise<SpaceFixture> {
  const { prisma, git, indexer } = gateway.services;
  const owner = await prisma.user.findFirstOrThrow({ where: { isPlatformAdmin: true } });
  const slug = `s${randomUUID().slice(0, 8)}`;
  const { id: spaceId } = await prisma.space.create({ data: { slug, name: slug } });
  const repositoryId = randomUUID();
  const author = { name: owner.name, email: owner.email };
  await git.createRepository(repositoryId, {
    defaultBranch: 'main',
    author,
    committer: author,
    message: 'Begin',
    files: [{ path: 'there.ipynb', bytes: encodeNotebook(normalizeNotebook(emptyNotebook())).bytes }],
  });
  await prisma.repository.create({
    data: { id: repositoryId, spaceId, name: 'one', kind: 'analysis', defaultBranch: 'main' },
  });
  const of = { spaceId, name: 'One', defaultBranch: 'main', ownerUserId: owner.id };
  const { id: workspaceId } = await prisma.workspace.create({
    data: { ...of, defaultRepositoryId: repositoryId, visibility: 'private' },
  });
  await indexer.ensure(repositoryId, 'main');
  const { id: notebookId } = await prisma.notebookDocument.findFirstOrThrow({ where: { repositoryId } });
  const link = {
    notebookId,
    targetType: 'repository',
    targetId: repositoryId,
    createdByUserId: owner.id,
  } as const;
  const { id: linkId } = await prisma.notebookLink.create({ data: link });
  const run = {
    workspaceId,
    userId: owner.id,
    branch: 'main',
    kernelProfileId: 'python3',
    kernelName: 'python3',
  };
  const { id: workerId } = await prisma.worker.create({
    data: {
      ...run,
      repositoryId,
      backend: 'external',
      status: 'stopped',
      resourceClassId: 'standard',
      resourceClass: {},
    },
  });
  const { id: sessionId } = await prisma.session.create({ data: { ...run, workerId, status: 'dead' } });
  const { id: executionId } = await prisma.execution.create({
    data: { sessionId, userId: owner.id, code: '1', status: 'cancelled' },
  });
  return {
    slug,
    ids: {
      workspace_id: workspaceId,
      repository_id: repositoryId,
      notebook_id: notebookId,
      link_id: linkId,
      worker_id: workerId,
      session_id: sessionId,
      execution_id: executionId,
    },
  };
}
