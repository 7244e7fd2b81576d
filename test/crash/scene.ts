import { join } from 'node:path';
import { api, graphql, type KilledServer } from './killed-server.js';
import type { SaveTarget } from './operations.js';
import type { Remote } from './pushing-client.js';

/** A branch that only git clients move, so that pushes over HTTP do not compete with saves. */
export const outside = 'outside';

/** Creates two repositories, each with a workspace and branches. */
export async function setUp(server: KilledServer): Promise<Remote[]> {
  const remotes: Remote[] = [];
  for (const [name, branches] of [
    ['alpha', ['main', 'dev', outside, 'rewritten']],
    ['beta', ['main', outside]],
  ] as const) {
    const made = await graphql(
      server,
      `mutation ($input: CreateRepositoryInput!) { createRepository(spaceSlug: "demo", input: $input) { id } }`,
      { input: { name, kind: 'analysis', allowNonFastForward: true } },
    );
    const repositoryId: string = made.createRepository.id;
    for (const branch of branches.slice(1)) {
      await graphql(
        server,
        `mutation ($id: ID!, $name: String!) {
          createBranch(spaceSlug: "demo", repositoryId: $id, name: $name) { name }
        }`,
        { id: repositoryId, name: branch },
      );
    }
    const workspace = await server.request('POST', `${api}/workspaces`, {
      name,
      default_repository_id: repositoryId,
    });
    server.workspaces.set(repositoryId, workspace.json.id);
    server.names.set(repositoryId, name);
    remotes.push({
      repositoryId,
      gitdir: join(server.dataDir, 'repositories', `${repositoryId}.git`),
      url: await remoteUrl(server, name),
      branches: [...branches],
      rewritten: branches.find((branch) => branch === 'rewritten'),
    });
  }
  return remotes;
}

/** The address for git clients, where the server has one. */
async function remoteUrl(server: KilledServer, name: string): Promise<Remote['url']> {
  const path = `/git/demo/${name}.git`;
  const authorization = `Basic ${Buffer.from(`git:${server.token()}`).toString('base64')}`;
  const headers = { authorization };
  const { status } = await server.request(
    'GET',
    `${path}/info/refs?service=git-upload-pack`,
    undefined,
    headers,
  );
  return () => {
    const url = status === 200 ? server.url() : undefined;
    return url ? url.replace('://', `://git:${server.token()}@`) + path : null;
  };
}

/** The target of one client. */
export function saveTargetOf(
  server: KilledServer,
  repositoryId: string,
  branch: string,
  folder: string,
): SaveTarget {
  return { repositoryId, workspaceId: server.workspaces.get(repositoryId)!, branch, folder };
}
