import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { type UpdateWorkspaceInput, updateWorkspace } from '../../src/workspaces/update-workspace.js';
import { changeWhile } from '../support/change-while.js';
import { makeRepository } from '../support/factories/make-repository.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { openTestPlatform, type TestPlatform } from '../support/platform.js';

let platform: TestPlatform;
let otherRepository: string;
beforeAll(async () => {
  platform = await openTestPlatform();
  const { mutate } = platform;
  otherRepository = (await makeRepository(platform.at, { defaultBranch: 'trunk' })).id;
  const branch = (id: string, name: string) =>
    mutate(`createBranch(spaceSlug: "demo", repositoryId: "${id}", name: "${name}") { name }`);
  await branch(demo.repositoryId, 'dev');
  await branch(demo.repositoryId, 'only-here');
  await branch(otherRepository, 'dev');
});
afterAll(() => platform.at.close());

const make = async () => (await makeWorkspace(platform.at, { defaultBranch: 'dev' })).id;
const patch = (id: string, body: object) => platform.at.rest('PATCH', `/workspaces/${id}`, { body });

/** Changes a workspace while another change takes place, just after this one has read what is there. */
function changeDuring(id: string, input: UpdateWorkspaceInput, meanwhile: () => Promise<unknown>) {
  const { at } = platform;
  return changeWhile(at, at.token, meanwhile, (services, ctx) =>
    updateWorkspace(services, ctx, demo.slug, id, input),
  );
}

it('updateWorkspace keeps the branch when the repository is unchanged', async () => {
  const id = await make();
  expect(await patch(id, { default_repository_id: demo.repositoryId })).toMatchObject({
    status: 200,
    body: { default_repository_id: demo.repositoryId, default_branch: 'dev' },
  });
});

it('updateWorkspace takes the default branch of a new repository, unless a branch is sent', async () => {
  const id = await make();
  expect((await patch(id, { default_repository_id: otherRepository })).body).toMatchObject({
    default_repository_id: otherRepository,
    default_branch: 'trunk',
  });
  const back = { default_repository_id: demo.repositoryId, default_branch: 'only-here' };
  expect((await patch(id, back)).body).toMatchObject(back);
});

it('updateWorkspace with no fields changes nothing', async () => {
  const id = await make();
  const { updated_at: _before, ...before } = (await platform.at.rest('GET', `/workspaces/${id}`)).body;
  expect(await patch(id, {})).toMatchObject({ status: 200, body: before });
});

it('a rename does not undo a concurrent move to another repository', async () => {
  const id = await make();
  const updated = await changeDuring(id, { name: 'New' }, () =>
    patch(id, { default_repository_id: otherRepository }),
  );
  expect(updated).toMatchObject({
    name: 'New',
    defaultRepositoryId: otherRepository,
    defaultBranch: 'trunk',
  });
});

it('a new branch must exist in the repository of a concurrent move', async () => {
  const id = await make();
  const move = () => patch(id, { default_repository_id: otherRepository });
  expect(await changeDuring(id, { defaultBranch: 'dev' }, move)).toMatchObject({
    defaultRepositoryId: otherRepository,
    defaultBranch: 'dev',
  });
  const moved = await make();
  await expect(
    changeDuring(moved, { defaultBranch: 'only-here' }, () =>
      patch(moved, { default_repository_id: otherRepository }),
    ),
  ).rejects.toMatchObject({ code: 'invalid_request', faults: [{ path: ['defaultBranch'] }] });
  expect((await platform.at.rest('GET', `/workspaces/${moved}`)).body).toMatchObject({
    default_repository_id: otherRepository,
    default_branch: 'trunk',
  });
});
