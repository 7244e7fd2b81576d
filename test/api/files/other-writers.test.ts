import { describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import type { FileChange } from '../../../src/engines/git/git-store.js';
import { at, base, createNotebook, git, notebook, setUpFiles } from './files-fixture.js';

setUpFiles();

const someone = { name: 'Another', email: 'another@example.org' };

/**
 * Has another writer change a file of `main` between a request's commit, if it makes one, and its answer.
 * @param look which look of the request at the index is the one after its commit
 */
async function meanwhile<T>(change: FileChange, look: number, request: () => Promise<T>): Promise<T> {
  return stepIn(look, request, async (repositoryId, branch) => {
    const repository = await at.gateway.services.git.repository(repositoryId);
    const by = { author: someone, committer: someone, message: 'Meanwhile' };
    await repository.commit({ branch, changes: [change], ...by });
  });
}

async function stepIn<T>(
  look: number,
  request: () => Promise<T>,
  act: (repositoryId: string, branch: string) => Promise<void>,
): Promise<T> {
  const { indexer } = at.gateway.services;
  const ensure = indexer.ensure.bind(indexer);
  let looks = 0;
  indexer.ensure = async (repositoryId, branch) => {
    looks += 1;
    if (looks === look) await act(repositoryId, branch);
    return ensure(repositoryId, branch);
  };
  try {
    return await request();
  } finally {
    indexer.ensure = ensure;
  }
}

const bytes = Buffer.from(`${JSON.stringify(notebook('theirs'))}\n`);
const others = (path: string): FileChange[] => [
  { kind: 'delete', path },
  { kind: 'save', path, bytes },
  { kind: 'move', path, newPath: `away-${path}` },
];

describe.each(['delete', 'save', 'move'] as const)(
  'a change of another writer (%s) between commit and answer',
  (kind) => {
    const other = (path: string) => others(path).find((change) => change.kind === kind)!;

    it('does not appear in the answer of a rename', async () => {
      const made = await createNotebook(`${kind}-old.ipynb`, 'mine');
      const body = { path: made.path, new_path: `${kind}-new.ipynb` };
      const renamed = await meanwhile(other(body.new_path), 1, () =>
        at.rest('POST', `${base}/authoring-file/rename`, { body }),
      );
      expect(renamed.status).toBe(200);
      expect(renamed.body).toMatchObject({
        path: body.new_path,
        commit_sha: git('rev-parse', 'main^'),
        sha: made.sha,
        notebook_id: made.notebook_id,
        notebook: notebook('mine'),
        version: { commit_sha: git('rev-parse', 'main^'), path: body.new_path },
      });
    });

    it('does not appear in the answer of a save of the same bytes', async () => {
      const made = await createNotebook(`${kind}-same.ipynb`, 'mine');
      const body = { path: made.path, notebook: notebook('mine') };
      const saved = await meanwhile(other(made.path), 1, () => at.rest('PUT', `${base}/file`, { body }));
      expect(saved).toMatchObject({ status: 200, body: { ...made, version: null } });
    });

    it('does not appear in the answer of a restored version', async () => {
      const made = await createNotebook(`${kind}-restored.ipynb`, 'mine');
      await at.rest('PUT', `${base}/file`, { body: { path: made.path, notebook: notebook('again') } });
      const query = `mutation($id: ID!) {
      restoreVersion(spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" }, input: { versionId: $id }) {
        file { path sha commitSha } version { commitSha } } }`;
      const restored = await meanwhile(other(made.path), 2, () => at.graphql(query, { id: made.version.id }));
      expect(restored.data.restoreVersion).toEqual({
        file: { path: made.path, sha: made.sha, commitSha: git('rev-parse', 'main^') },
        version: { commitSha: git('rev-parse', 'main^') },
      });
    });
  },
);

it('a save asks to be retried when its branch is replaced by force before the answer', async () => {
  const made = await createNotebook('replaced.ipynb', 'mine');
  const body = { path: made.path, base_sha: made.sha, notebook: notebook('again') };
  const save = () => at.rest('PUT', `${base}/file`, { body });
  const replaced = await stepIn(1, save, async () => {
    git('update-ref', 'refs/heads/main', 'main^');
  });
  expect(replaced).toMatchObject({ status: 503, body: { code: 'storage_unavailable' } });
  expect(await save()).toMatchObject({
    status: 200,
    body: { version: { commit_sha: git('rev-parse', 'main') } },
  });
});
