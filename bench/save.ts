import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGitStore } from '../src/git/git-store.js';
import { median, type Row } from './stats.js';

const turns = 8;
const runs = 12;
const who = { name: 'Bench', email: 'bench@example.com' };
const path = 'notebooks/deep/a.ipynb';

const content = (i: number) => {
  const source = `${i} ${'x = some_function(argument, other)\n'.repeat(140)}`;
  return Buffer.from(`${JSON.stringify({ cells: [{ source }], nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`);
};

/** A warm save of 5 KB, durable, against the same commit made by seven processes of native git. */
export async function benchSave(): Promise<Row[]> {
  const root = await mkdtemp(join(tmpdir(), 'save-'));
  try {
    const store = openGitStore({ root });
    const id = randomUUID();
    const files = Array.from({ length: 100 }, (_, i) => ({
      path: `notebooks/${i}.ipynb`,
      bytes: content(i),
    }));
    files.push({ path, bytes: content(0) });
    await store.createRepository(id, {
      defaultBranch: 'main',
      author: who,
      committer: who,
      message: 'Start',
      files,
    });
    const repository = await store.repository(id);
    const gitdir = join(root, `${id}.git`);
    const ours: number[] = [];
    const theirs: number[] = [];
    let count = 0;
    const save = () =>
      repository.commit({
        branch: 'main',
        changes: [{ kind: 'save', path, bytes: content(++count) }],
        author: who,
        committer: who,
        message: 'Save',
      });
    // In turns of some saves each, and the disk quiet in between: a sync also waits for what others wrote before it.
    for (let turn = 0; turn < turns; turn++) {
      execFileSync('sync');
      ours.push(...(await timed(save)));
      execFileSync('sync');
      theirs.push(...(await timed(() => plumbing(gitdir, root, content(++count)))));
    }
    execFileSync('git', ['-C', gitdir, 'fsck', '--strict'], { stdio: 'ignore' });
    await store.close();
    return [
      {
        what: 'warm save of 5 KB',
        ours: median(ours),
        baseline: 'seven git plumbing processes',
        theirs: median(theirs),
        goal: 0.1,
      },
    ];
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** The times of some runs in ms, without the first two of them. */
async function timed(run: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const from = performance.now();
    await run();
    if (i >= 2) times.push(performance.now() - from);
  }
  return times;
}

async function plumbing(gitdir: string, folder: string, bytes: Buffer): Promise<void> {
  const file = join(folder, 'content');
  await writeFile(file, bytes);
  const env = {
    ...process.env,
    GIT_INDEX_FILE: join(folder, 'index'),
    GIT_AUTHOR_NAME: who.name,
    GIT_AUTHOR_EMAIL: who.email,
    GIT_COMMITTER_NAME: who.name,
    GIT_COMMITTER_EMAIL: who.email,
  };
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', gitdir, ...args], { encoding: 'utf8', env }).trim();
  const parent = git('rev-parse', 'refs/heads/main');
  const blob = git('hash-object', '-w', file);
  git('read-tree', parent);
  git('update-index', '--add', '--cacheinfo', `100644,${blob},${path}`);
  const tree = git('write-tree');
  const commit = git('commit-tree', tree, '-p', parent, '-m', 'Save');
  git('update-ref', 'refs/heads/main', commit, parent);
}
