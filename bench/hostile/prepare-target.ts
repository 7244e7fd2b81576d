import { demo } from '../../prisma/seed.js';
import type { HostileTarget } from './hostile-input.js';

const workspaces = 78;
const files = 10_000;
const filesInCommit = 500;

interface Answer {
  data: { createWorkspace?: { id: string } };
  errors?: { message: string }[];
}

/** Fills the space `demo` with 78 workspaces over a repository of 10,000 small files and one of 2 MB. */
export async function prepareTarget(port: number, token: string): Promise<HostileTarget> {
  const run = async (query: string, variables: object) => {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as Answer;
    if (errors) throw new Error(errors[0]!.message);
    return data;
  };
  const commit = `mutation($changes: [FileChangeInput!]!) {
    commitFiles(spaceSlug: "${demo.slug}", in: { workspaceId: "${demo.workspaceId}" },
      input: { changes: $changes, commitMessage: "Add files" }) { commitSha } }`;
  const largePath = 'large.txt';
  await run(commit, { changes: [{ create: { path: largePath, content: 'x'.repeat(2_000_000) } }] });
  for (let first = 0; first < files; first += filesInCommit) {
    const changes = Array.from({ length: filesInCommit }, (_, index) => ({
      create: { path: `many/${first + index}.txt`, content: String(first + index) },
    }));
    await run(commit, { changes });
  }
  const workspaceIds: string[] = [demo.workspaceId];
  for (let index = 1; index < workspaces; index++) {
    const create = `mutation($input: CreateWorkspaceInput!) {
      createWorkspace(spaceSlug: "${demo.slug}", input: $input) { id } }`;
    const input = { name: `Workspace ${index}`, defaultRepositoryId: demo.repositoryId };
    workspaceIds.push((await run(create, { input })).createWorkspace!.id);
  }
  return { port, token, workspaceIds, largePath };
}
