import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { makeRuntime, type TestRuntime } from '../support/factories/make-runtime.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestPlatform, type TestPlatform } from '../support/platform.js';

let platform: TestPlatform;
let ids: { notebook: string } & TestRuntime;
beforeAll(async () => {
  platform = await openTestPlatform();
  const { notebook_id } = (
    await platform.at.rest('GET', `/workspaces/${demo.workspaceId}/file?path=notebooks/welcome.ipynb`)
  ).body;
  ids = { notebook: notebook_id, ...(await makeRuntime(platform.at, { userId: platform.editor.id })) };
  await platform.at.rest('PUT', `/workspaces/${demo.workspaceId}/access`, {
    body: { visibility: 'space', grants: [] },
  });
});
afterAll(() => platform.at.close());

const shown = 'effectivePermissions { canView canEdit canManage }';

/** What each thing says, in short: `view edit manage`. */
async function permissions(token: string): Promise<Record<string, string>> {
  const space = await platform.space(
    `${shown}
     workspace(id: "${demo.workspaceId}") {
       ${shown}
       file(path: "notebooks/welcome.ipynb") { ${shown} }
     }
     repository(id: "${demo.repositoryId}") {
       ${shown}
       file(path: "notebooks/welcome.ipynb") { ${shown} }
     }
     document(id: "${ids.notebook}") { ${shown} }
     worker(id: "${ids.worker.id}") { ${shown} }
     session(id: "${ids.session.id}") { ${shown} }
     execution(id: "${ids.execution.id}") { ${shown} }`,
    token,
  );
  const things = {
    space,
    workspace: space.workspace,
    fileOfWorkspace: space.workspace.file,
    repository: space.repository,
    fileOfRepository: space.repository.file,
    document: space.document,
    worker: space.worker,
    session: space.session,
    execution: space.execution,
  };
  return Object.fromEntries(
    Object.entries(things).map(([name, { effectivePermissions: may }]) => [
      name,
      [may.canView && 'view', may.canEdit && 'edit', may.canManage && 'manage'].filter(Boolean).join(' '),
    ]),
  );
}

it.each([
  ['admin', 'view edit manage', 'view edit manage', 'view edit manage'],
  ['editor', 'view edit', 'view edit', 'view edit manage'],
  ['viewer', 'view', 'view', 'view'],
] as const)(
  'effectivePermissions of every resource are those of a space %s',
  async (role, space, content, runtime) => {
    expect(await permissions(platform[role].token)).toEqual({
      space,
      workspace: content,
      fileOfWorkspace: content,
      repository: content,
      fileOfRepository: content,
      document: content,
      worker: runtime,
      session: runtime,
      execution: runtime,
    });
  },
);

it('effectivePermissions let another editor view a worker, but not run cells on it or stop it', async () => {
  const other = await makeUser(platform.at, { role: 'editor' });
  expect(await permissions(other.token)).toMatchObject({
    workspace: 'view edit',
    worker: 'view',
    session: 'view',
    execution: 'view',
  });
});
