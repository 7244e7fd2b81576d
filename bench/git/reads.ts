import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { median, type Row } from '../stats.js';
import { pathOf } from './generate.js';
import { measureAlternately } from './measure-alternately.js';
import { describe, type Generated, type Scene } from './scene.js';

const run = promisify(execFile);

/** Reads of files at the tip of a branch, against one process of `git cat-file --batch` that reads them in sequence. */
export async function benchReads(scene: Scene): Promise<Row[]> {
  return [
    await readRow(await scene.repository({ storage: 'loose' })),
    await readRow(await scene.repository({ files: 10_000, commits: 10_000 })),
    await readRow(await scene.repository({ files: 50_000 })),
    await readRow(await scene.repository({ files: 50_000, storage: 'loose' })),
  ];
}

async function readRow(repository: Generated): Promise<Row> {
  const { git, files, shape, gitdir } = repository;
  const child = spawn('git', ['-C', gitdir, 'cat-file', '--batch']);
  // Spread over all files, equal for both sides, and never the same file twice in a row.
  const paths = () => {
    let count = 0;
    return () => pathOf((count++ * 7_919) % files, shape);
  };
  const [ourPath, theirPath] = [paths(), paths()];
  try {
    const times = await measureAlternately(
      { rounds: 6, runs: 200 },
      async () => git.readFile(await git.resolveBranch('main'), ourPath()),
      () => catFile(child, `main:${theirPath()}`),
    );
    return {
      what: `read of a file; ${describe(repository)}`,
      ours: median(times.ours),
      baseline: 'git cat-file --batch, kept open',
      theirs: median(times.theirs),
      goal: 0.75,
    };
  } finally {
    child.kill();
  }
}

function catFile(child: ChildProcessWithoutNullStreams, name: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let [length, wanted] = [0, Number.POSITIVE_INFINITY];
    const onData = (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (wanted === Number.POSITIVE_INFINITY) {
        const head = /^[0-9a-f]{40} blob (\d+)\n/.exec(chunk.toString('latin1', 0, 80));
        if (!head) return reject(new Error(`git cat-file answered ${chunk.toString('latin1', 0, 80)}`));
        wanted = head[0].length + Number(head[1]) + 1;
      }
      if (length < wanted) return;
      child.stdout.off('data', onData);
      resolve(Buffer.concat(chunks));
    };
    child.stdout.on('data', onData);
    child.stdin.write(`${name}\n`);
  });
}

/** Warm listings of all files at the tip of a branch, against a process of `git ls-tree -r`. */
export async function benchListings(scene: Scene): Promise<Row[]> {
  return [
    await listRow(await scene.repository({ files: 10_000, commits: 10_000 }), 0.35),
    await listRow(await scene.repository({ files: 10_000, storage: 'loose' }), 0.35),
    await listRow(await scene.repository({ files: 50_000 }), 0.65),
    await listRow(await scene.repository({ files: 50_000, storage: 'loose' }), 0.65),
  ];
}

async function listRow(repository: Generated, goal: number): Promise<Row> {
  const { git, files, gitdir } = repository;
  const times = await measureAlternately(
    { rounds: 3, runs: 5 },
    async () => {
      const listed = await git.listFiles(await git.resolveBranch('main'));
      if (listed.length !== files) throw new Error(`${listed.length} files were listed`);
    },
    () => run('git', ['-C', gitdir, 'ls-tree', '-r', 'main'], { maxBuffer: 64 * 1024 * 1024 }),
  );
  return {
    what: `listing, warm; ${describe(repository)}`,
    ours: median(times.ours),
    baseline: 'git ls-tree -r',
    theirs: median(times.theirs),
    goal,
  };
}
