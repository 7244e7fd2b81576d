import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { at, git, gitdir, setUpFiles } from './files-fixture.js';

setUpFiles();

const names = Array.from({ length: 3_500 }, (_, index) => `${String(index).padStart(5, '0')}.txt`);

/** A branch with all these files, which have the same content. */
function makeBranch(): void {
  const run = (args: string[], input: string) =>
    execFileSync('git', ['-C', gitdir, ...args], { encoding: 'utf8', input }).trim();
  const blob = run(['hash-object', '-w', '--stdin'], 'x');
  const tree = run(['mktree'], names.map((name) => `100644 blob ${blob}\t${name}\n`).join(''));
  const author = ['-c', 'user.name=a', '-c', 'user.email=a@localhost'];
  git('update-ref', 'refs/heads/many', run([...author, 'commit-tree', tree], 'Add files'));
}

it('a page of many files, which is read in several parts, has each of them once and in order', async () => {
  makeBranch();
  const paths = async (args: string) => {
    const { data, errors } = await at.graphql(`{ space(slug: "demo") { workspace(id: "${demo.workspaceId}") {
      files(ref: "many", kind: all, ${args}) { nodes { path } pageInfo { hasNextPage } } } } }`);
    expect(errors).toBeUndefined();
    const { nodes, pageInfo } = data.space.workspace.files;
    return { paths: nodes.map(({ path }: { path: string }) => path), hasNextPage: pageInfo.hasNextPage };
  };
  expect(await paths('limit: 10000')).toEqual({ paths: names, hasNextPage: false });
  expect(await paths('limit: 3450, offset: 20')).toEqual({
    paths: names.slice(20, 3_470),
    hasNextPage: true,
  });
  expect(await paths('limit: 3400')).toEqual({ paths: names.slice(0, 3_400), hasNextPage: true });
}, 60_000);
