import { benchExecutions } from './executions/bench-executions.js';
import { benchGit } from './git/bench-git.js';
import { benchHostile } from './hostile/bench-hostile.js';
import { benchNotebooks } from './notebooks/bench-notebooks.js';
import { benchPages } from './pages/bench-pages.js';
import { benchReplicas } from './replicas/bench-replicas.js';
import { benchRestRead } from './rest-read.js';
import { benchSpaceEvents } from './space-events/bench-space-events.js';
import { printTable } from './stats.js';
import { benchWorkers } from './workers/bench-workers.js';

/**
 * `npm run bench`: runs the benchmarks that the arguments name, by default all. Each is compared with a baseline in the same
 * run. The arguments after `executions`, `git`, `workers` or `hostile` name parts of that benchmark.
 */
const all: Record<string, (parts: string[]) => Promise<void>> = {
  executions: benchExecutions,
  'rest-read': async () => printTable('rest-read', await benchRestRead()),
  'space-events': async () => printTable('space-events', await benchSpaceEvents()),
  replicas: async () => printTable('replicas', await benchReplicas()),
  git: benchGit,
  notebooks: benchNotebooks,
  workers: benchWorkers,
  pages: benchPages,
  hostile: benchHostile,
};
const wanted = new Map<string, string[]>();
for (const word of process.argv.slice(2)) {
  const last = [...wanted.values()].at(-1);
  if (word in all) wanted.set(word, []);
  else if (last) last.push(word);
  else throw new Error(`The benchmarks are ${Object.keys(all).join(', ')}; not ${word}`);
}
for (const [name, bench] of Object.entries(all)) {
  if (wanted.size === 0 || wanted.has(name)) await bench(wanted.get(name) ?? []);
}
process.exit(0);
