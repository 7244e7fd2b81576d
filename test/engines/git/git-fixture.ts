import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalLeases } from '../../../src/engines/database/local-leases.js';
import { findNativeGit } from '../../../src/engines/git/find-native-git.js';
import {
  type FileChange,
  type GitRepository,
  GitStore,
  type GitStoreOptions,
} from '../../../src/engines/git/git-store.js';

/** Author and committer of the commits in these tests. */
export const someone = { name: 'Ada Lovelace', email: 'ada@example.org' };

/** A repository in a folder of its own, with native git beside it. */
export interface GitFixture {
  root: string;
  id: string;
  gitdir: string;
  store: GitStore;
  repository: GitRepository;
  firstCommit: string;
  /** Runs native git on the repository and answers its trimmed output. */
  git(...args: string[]): string;
  /** The same, with an input. */
  gitWithInput(input: string | Buffer, ...args: string[]): string;
  /** Commits changes to `main`. */
  commit(...changes: FileChange[]): ReturnType<GitRepository['commit']>;
  /** Throws unless every object is sound and every ref leads to one. */
  fsck(): void;
  remove(): Promise<void>;
}

/** The bytes of a text. */
export function bytes(text: string): Buffer {
  return Buffer.from(text);
}

/** Runs native git, without the user's configuration. */
export function nativeGit(args: string[], options: { cwd?: string; input?: string | Buffer } = {}): string {
  const env = {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Outside',
    GIT_AUTHOR_EMAIL: 'outside@example.org',
    GIT_COMMITTER_NAME: 'Outside',
    GIT_COMMITTER_EMAIL: 'outside@example.org',
  };
  const stdio = ['pipe', 'pipe', 'pipe'] as ['pipe', 'pipe', 'pipe'];
  return execFileSync('git', args, { env, encoding: 'utf8', stdio, ...options }).trim();
}

/** Makes a store in a temporary folder, with one repository of the given files on `main`. */
export async function gitFixture(
  files: Record<string, string> = { 'README.md': '# Hello\n' },
  options: Partial<GitStoreOptions> = {},
): Promise<GitFixture> {
  const root = options.root ?? mkdtempSync(join(tmpdir(), 'git-store-'));
  const id = randomUUID();
  const store = new GitStore({ native: await findNativeGit(), leases: new LocalLeases(), ...options, root });
  const { commitOid } = await store.createRepository(id, {
    defaultBranch: 'main',
    author: someone,
    committer: someone,
    message: 'Initial commit',
    files: Object.entries(files).map(([path, text]) => ({ path, bytes: bytes(text) })),
  });
  const repository = await store.repository(id);
  const gitdir = join(root, `${id}.git`);
  const git = (...args: string[]) => nativeGit(['--git-dir', gitdir, ...args]);
  return {
    root,
    id,
    gitdir,
    store,
    repository,
    firstCommit: commitOid,
    git,
    gitWithInput: (input, ...args) => nativeGit(['--git-dir', gitdir, ...args], { input }),
    commit: (...changes) =>
      repository.commit({
        branch: 'main',
        changes,
        author: someone,
        committer: someone,
        message: 'A change',
      }),
    fsck: () => git('fsck', '--strict', '--full', '--no-dangling'),
    remove: async () => {
      await store.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
