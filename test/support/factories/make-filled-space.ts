import type { TestGateway } from '../gateway.js';
import { makeExecution } from './make-execution.js';
import { makeNotebook } from './make-notebook.js';
import { makeRepository } from './make-repository.js';
import { makeRun } from './make-run.js';
import { makeSession } from './make-session.js';
import { makeSpace } from './make-space.js';
import { makeWorker } from './make-worker.js';
import { makeWorkspace } from './make-workspace.js';
import { mutate } from './mutate.js';

/** A space with one resource of each kind; the ids have the names of the path parameters. */
export interface FilledSpace {
  slug: string;
  ids: Record<
    | 'workspace_id'
    | 'repository_id'
    | 'notebook_id'
    | 'version_id'
    | 'name'
    | 'link_id'
    | 'worker_id'
    | 'session_id'
    | 'execution_id'
    | 'run_id'
    | 'schedule_id',
    string
  >;
}

/**
 * Creates a {@link FilledSpace}. The workspace is private to the platform admin and has the notebook `there.ipynb`; the
 * repository has the branch `spare`, the worker is stopped, the session dead and the execution cancelled.
 */
export async function makeFilledSpace(at: TestGateway): Promise<FilledSpace> {
  const { slug } = await makeSpace(at);
  const repository = await makeRepository(at, { space: slug, kind: 'analysis' });
  const workspace = await makeWorkspace(at, { space: slug, defaultRepositoryId: repository.id });
  const workspaceId = workspace.id;
  const { notebookId } = await makeNotebook(at, { space: slug, workspaceId, path: 'there.ipynb' });
  const git = await at.gateway.services.git.repository(repository.id);
  await git.createBranch('spare', await git.resolveBranch('main'));
  const version = await at.gateway.services.prisma.fileVersion.findFirstOrThrow({
    where: { documentId: notebookId },
  });
  const link = await mutate(
    at,
    `mutation($spaceSlug: String!, $notebookId: ID!, $input: CreateNotebookLinkInput!) {
      createNotebookLink(spaceSlug: $spaceSlug, notebookId: $notebookId, input: $input) { id } }`,
    { spaceSlug: slug, notebookId, input: { targetType: 'repository', targetId: repository.id } },
  );
  const admin = await at.gateway.services.prisma.user.findFirstOrThrow({ where: { isPlatformAdmin: true } });
  const worker = await makeWorker(at, {
    userId: admin.id,
    workspaceId,
    repositoryId: repository.id,
    status: 'stopped',
  });
  const session = await makeSession(at, { worker });
  const execution = await makeExecution(at, { session, status: 'cancelled' });
  const run = await makeRun(at, worker);
  const schedule = await at.gateway.services.prisma.schedule.create({
    data: { workspaceId, userId: admin.id, cron: '@yearly', path: 'there.ipynb' },
  });
  return {
    slug,
    ids: {
      workspace_id: workspaceId,
      repository_id: repository.id,
      notebook_id: notebookId,
      version_id: version.id,
      name: 'spare',
      link_id: link.id,
      worker_id: worker.id,
      session_id: session.id,
      execution_id: execution.id,
      run_id: run.id,
      schedule_id: schedule.id,
    },
  };
}
