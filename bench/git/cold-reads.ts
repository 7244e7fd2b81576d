import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { median, type Row } from '../stats.js';
import { pathOf } from './generate.js';
import { measureAlternately } from './measure-alternately.js';
import { describe, type Scene } from './scene.js';

const run = promisify(execFile);
const megabyte = 1024 * 1024;

/** The first read of a fresh process from a large pack, from before the store is opened, against a process of git. */
export async function benchColdReads(scene: Scene): Promise<Row[]> {
  const repository = await scene.repository({ commits: 100_000, fileBytes: 300 });
  const path = pathOf(42, repository.shape);
  const ours: number[] = [];
  const grown: number[] = [];
  const program = new URL('./cold-read.ts', import.meta.url).pathname;
  const times = await measureAlternately(
    { rounds: 3, runs: 3 },
    async () => {
      const child = fork(program, [scene.root, repository.id, path], { execArgv: ['--import', 'tsx'] });
      const [[{ ms, bytes }]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
      ours.push(ms);
      grown.push(bytes / megabyte);
    },
    () => run('git', ['-C', repository.gitdir, 'cat-file', '-p', `main:${path}`]),
  );
  const what = `first read of a fresh process; ${describe(repository)}`;
  return [
    {
      what,
      ours: median(ours),
      baseline: 'git cat-file -p',
      theirs: median(times.theirs),
      goal: 1.5,
    },
    {
      what: `${what}: memory`,
      unit: 'MB',
      ours: median(grown),
      baseline: 'limit',
      theirs: 10,
      goal: 1,
    },
  ];
}
