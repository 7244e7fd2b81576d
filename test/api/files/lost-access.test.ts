import { expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { makeUser } from '../../support/factories/make-user.js';
import { makeWorkspace } from '../../support/factories/make-workspace.js';
import { at, setUpFiles } from './files-fixture.js';

setUpFiles();

it.each(['file(path: "README.md") { path }', 'files(kind: all) { totalCount }'])(
  'a mutation that takes the permission to view away returns no files: %s',
  async (selection) => {
    const owner = await makeUser(at, { role: 'editor' });
    const other = await makeUser(at, { role: 'editor' });
    const { id } = await makeWorkspace(at, { token: owner.token });
    const { errors } = await at.graphql(
      `mutation { updateWorkspace(spaceSlug: "${demo.slug}", id: "${id}", input: { ownerUserId: "${other.id}" }) {
      ${selection}
    } }`,
      {},
      owner.token,
    );
    expect(errors).toMatchObject([{ extensions: { code: 'forbidden' } }]);
  },
);

it('a rename reports the faults of all its fields', async () => {
  const { errors } = await at.graphql(
    `mutation { renameFile(
      spaceSlug: "${demo.slug}", in: { workspaceId: "${demo.workspaceId}" },
      input: { path: "../a.md", newPath: "../b.md", baseSha: "q" }
    ) { file { path } } }`,
  );
  expect(errors).toMatchObject([
    {
      extensions: {
        code: 'invalid_path',
        errors: [{ path: ['path'] }, { path: ['newPath'] }, { path: ['baseSha'] }],
      },
    },
  ]);
});
