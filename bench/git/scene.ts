import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { findNativeGit } from '../../src/engines/git/find-native-git.js';
import { type GitRepository, GitStore } from '../../src/engines/git/git-store.js';
import { type GeneratedRepository, generateRepository } from './generate.js';

/** Where the rows of the bench find repositories; each is generated once. */
export interface Scene {
  /** The folder of the store. */
  root: string;
  store: GitStore;
  repository(wanted: Partial<GeneratedRepository>): Promise<Generated>;
}

/** A repository and what is in it. */
export interface Generated extends GeneratedRepository {
  id: string;
  gitdir: string;
  git: GitRepository;
}

const usual: GeneratedRepository = {
  files: 100,
  commits: 1,
  shape: 'nested',
  storage: 'packed',
  fileBytes: 2_000,
};

/** Opens a store below a folder. */
export async function openScene(root: string): Promise<Scene> {
  const store = new GitStore({ root, native: await findNativeGit() });
  const made = new Map<string, Promise<Generated>>();

  async function make(wanted: GeneratedRepository): Promise<Generated> {
    const id = randomUUID();
    const gitdir = join(root, `${id}.git`);
    await generateRepository(gitdir, wanted);
    return { ...wanted, id, gitdir, git: await store.repository(id) };
  }

  return {
    root,
    store,
    repository(some) {
      const wanted = { ...usual, ...some };
      const key = JSON.stringify(wanted);
      const found = made.get(key) ?? make(wanted);
      made.set(key, found);
      return found;
    },
  };
}

/** What a row says about a repository. */
export function describe({ files, commits, shape, storage }: GeneratedRepository): string {
  const number = (n: number) => (n < 1000 ? `${n}` : `${n / 1000}k`);
  return `${number(files)} files${shape === 'flat' ? ' in one folder' : ''}, ${commits === 1 ? 'one commit' : `${number(commits)} commits`}, ${storage}`;
}
