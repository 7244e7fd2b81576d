import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { demo } from '../../prisma/seed.js';
import type { HostileTarget } from './hostile-input.js';

const workspaces = 78;
const files = 10_000;
const largePath = 'large.txt';

const run = promisify(execFile);

interface Answer {
  data: { createWorkspace?: { id: string } };
  errors?: { message: string }[];
}

/** Fills the space `demo` with 78 workspaces over a repository of 10,000 small files and one of 2 MB. */
export async function prepareTarget(port: number, token: string): Promise<HostileTarget> {
  const send = async (query: string, variables: object) => {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as Answer;
    if (errors) throw new Error(errors[0]!.message);
    return data;
  };
  await pushFiles(`http://git:${token}@127.0.0.1:${port}/git/demo/welcome.git`);
  const workspaceIds: string[] = [demo.workspaceId];
  for (let index = 1; index < workspaces; index++) {
    const create = `mutation($input: CreateWorkspaceInput!) {
      createWorkspace(spaceSlug: "${demo.slug}", input: $input) { id } }`;
    const input = { name: `Workspace ${index}`, defaultRepositoryId: demo.repositoryId };
    workspaceIds.push((await send(create, { input })).createWorkspace!.id);
  }
  return { port, token, workspaceIds, largePath };
}

/** With one push, because the gateway would write and flush each file of a commit by itself. */
async function pushFiles(url: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-hostile-'));
  const git = (...args: string[]) =>
    run('git', ['-c', 'gc.auto=0', '-c', 'user.name=bench', '-c', 'user.email=bench@localhost', ...args], {
      cwd: folder,
    });
  try {
    await git('clone', '--quiet', url, '.');
    await mkdir(join(folder, 'many'));
    for (let index = 0; index < files; index++)
      await writeFile(join(folder, `many/${index}.txt`), String(index));
    await writeFile(join(folder, largePath), 'x'.repeat(2_000_000));
    await git('add', '.');
    await git('commit', '--quiet', '-m', 'Add files');
    await git('push', '--quiet', 'origin', 'HEAD');
  } finally {
    await rm(folder, { recursive: true });
  }
}
