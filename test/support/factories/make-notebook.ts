import { demo } from '../../../prisma/seed.js';
import type { TestGateway } from '../gateway.js';
import { mutate, uniqueName } from './mutate.js';

/** Creates a notebook without cells in one commit, by default in the demo workspace and on its branch. */
export async function makeNotebook(
  at: Pick<TestGateway, 'graphql'>,
  overrides: {
    path?: string;
    branch?: string;
    notebook?: object;
    workspaceId?: string;
    space?: string;
    token?: string;
  } = {},
): Promise<{ path: string; notebookId: string; sha: string; commitSha: string }> {
  const { workspaceId = demo.workspaceId, space = demo.slug, token, ...input } = overrides;
  const { file } = await mutate(
    at,
    `mutation($spaceSlug: String!, $in: FileAddress!, $input: CreateFileInput!) {
      createFile(spaceSlug: $spaceSlug, in: $in, input: $input) { file { path notebookId sha commitSha } } }`,
    { spaceSlug: space, in: { workspaceId }, input: { path: `${uniqueName('notebook')}.ipynb`, ...input } },
    token,
  );
  return file;
}
