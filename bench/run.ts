import { benchFirstOutput } from './first-output.js';
import { benchGit } from './git/bench-git.js';
import { benchRestRead } from './rest-read.js';
import { printTable } from './stats.js';

/**
 * `npm run bench`: runs the benchmarks that the arguments name, by default all. Each is compared with a baseline in the same
 * run. The arguments after `git` name parts of that benchmark.
 */
const all = {
  'first-output': async () => printTable('first-output', await benchFirstOutput()),
  'rest-read': async () => printTable('rest-read', await benchRestRead()),
  git: (parts: string[]) => benchGit(parts),
};
const wanted = process.argv.slice(2);
const parts = wanted.includes('git') ? wanted.slice(wanted.indexOf('git') + 1) : [];
for (const [name, bench] of Object.entries(all)) {
  if (wanted.length === 0 || wanted.includes(name)) await bench(parts);
}
process.exit(0);
