import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { median, type Row } from '../stats.js';
import { pathOf, textOf } from './generate.js';
import { measureAlternately, runsOf } from './measure-alternately.js';
import { describe, type Generated, type Scene } from './scene.js';

const who = { name: 'Bench', email: 'bench@example.com' };

/** Warm saves, durable, against the same commit made by seven processes of native git. */
export async function benchSaves(scene: Scene): Promise<Row[]> {
  const loose = await scene.repository({ storage: 'loose' });
  const nested = await scene.repository({ files: 10_000, commits: 10_000 });
  const flat = await scene.repository({ files: 10_000, shape: 'flat' });
  const large = await scene.repository({ files: 50_000 });
  const largeLoose = await scene.repository({ files: 50_000, storage: 'loose' });
  return [
    await saveRow(scene, loose, { bytes: 5_000, goal: 0.02 }),
    await saveRow(scene, nested, { bytes: 5_000, goal: 0.02 }),
    await saveRow(scene, flat, { bytes: 5_000, goal: 0.1 }),
    await saveRow(scene, large, { bytes: 5_000, goal: 0.02 }),
    await saveRow(scene, largeLoose, { bytes: 5_000, goal: 0.02 }),
    await saveRow(scene, loose, { bytes: 500_000, goal: 0.09 }),
  ];
}

async function saveRow(
  scene: Scene,
  repository: Generated,
  { bytes, goal }: { bytes: number; goal: number },
): Promise<Row> {
  const path = pathOf(0, repository.shape);
  const plan = { rounds: 5, runs: 10 };
  // Built before the measurement: that takes longer than a save of 500 KB.
  const contents = Array.from({ length: 2 * runsOf(plan) }, (_, n) => notebookOf(`${n}`, bytes));
  const content = () => contents.pop()!;
  const times = await measureAlternately(
    plan,
    () =>
      repository.git.commit({
        branch: 'main',
        changes: [{ kind: 'save', path, bytes: content() }],
        author: who,
        committer: who,
        message: 'Save',
      }),
    () => plumbing(repository.gitdir, scene.root, path, content()),
  );
  execFileSync('git', ['-C', repository.gitdir, 'fsck', '--strict', '--connectivity-only'], {
    stdio: 'ignore',
  });
  return {
    what: `warm save of ${bytes / 1000} KB; ${describe(repository)}`,
    ours: median(times.ours),
    baseline: 'seven git plumbing processes',
    theirs: median(times.theirs),
    goal,
  };
}

/** A notebook of about so many bytes. */
export function notebookOf(seed: string, bytes: number): Buffer {
  const cells = [{ cell_type: 'code', source: textOf(seed, bytes) }];
  return Buffer.from(`${JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`);
}

async function plumbing(gitdir: string, folder: string, path: string, bytes: Buffer): Promise<void> {
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
