import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { LocalLeases } from '../../src/engines/database/local-leases.js';
import { findNativeGit } from '../../src/engines/git/find-native-git.js';
import { type GitRepository, GitStore } from '../../src/engines/git/git-store.js';
import { type GeneratedRepository, generateRepository } from './generate.js';

/** A Git store and the repositories of the benchmarks; each is generated once. */
export interface Scene {
  /** The folder of the store. */
  root: string;
  store: GitStore;
  repository(overrides: Partial<GeneratedRepository>): Promise<Generated>;
}

/** A generated repository, opened. */
export interface Generated extends GeneratedRepository {
  id: string;
  gitdir: string;
  git: GitRepository;
}

const defaults: GeneratedRepository = {
  files: 100,
  commits: 1,
  shape: 'nested',
  storage: 'packed',
  fileBytes: 2_000,
};

/** Opens a store below a folder. */
export async function openScene(root: string): Promise<Scene> {
  const store = new GitStore({ leases: new LocalLeases(), root, native: await findNativeGit() });
  const generated = new Map<string, Promise<Generated>>();

  async function generate(wanted: GeneratedRepository): Promise<Generated> {
    const id = randomUUID();
    const gitdir = join(root, `${id}.git`);
    await generateRepository(gitdir, wanted);
    return { ...wanted, id, gitdir, git: await store.repository(id) };
  }

  return {
    root,
    store,
    repository(overrides) {
      const wanted = { ...defaults, ...overrides };
      const key = JSON.stringify(wanted);
      const found = generated.get(key) ?? generate(wanted);
      generated.set(key, found);
      return found;
    },
  };
}

/** A repository in the words of a row label. */
export function describe({ files, commits, shape, storage }: GeneratedRepository): string {
  const number = (n: number) => (n < 1000 ? `${n}` : `${n / 1000}k`);
  return `${number(files)} files${shape === 'flat' ? ' in one folder' : ''}, ${commits === 1 ? 'one commit' : `${number(commits)} commits`}, ${storage}`;
}
