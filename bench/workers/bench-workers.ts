import { printTable, type Row } from '../stats.js';
import { benchBurst } from './burst.js';
import { benchDockerStarts } from './docker-starts.js';
import { benchIdle } from './idle.js';
import { benchKubernetesStarts } from './kubernetes-starts.js';
import { benchPoolStarts } from './pool-starts.js';
import { MissingVariables } from './test-variables.js';

const parts: Record<string, () => Promise<Row[]>> = {
  docker: benchDockerStarts,
  kubernetes: benchKubernetesStarts,
  pool: benchPoolStarts,
  burst: benchBurst,
};

/**
 * `npm run bench -- workers`: starts of workers against starts of the bare image, and what idle workers use. Parts without
 * the engine or cluster that they need are left out, with a sentence that says so.
 * @param wanted which parts: `docker`, `kubernetes`, `pool`, `burst`, `idle`; default all
 */
export async function benchWorkers(wanted: string[]): Promise<void> {
  const names = [...Object.keys(parts), 'idle'];
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`workers has the parts ${names.join(', ')}; not ${unknown}`);
  const isWanted = (name: string) => wanted.length === 0 || wanted.includes(name);
  for (const [name, bench] of Object.entries(parts)) {
    if (isWanted(name)) await printPart(name, bench);
  }
  if (isWanted('idle')) await benchIdle();
}

async function printPart(name: string, bench: () => Promise<Row[]>): Promise<void> {
  try {
    printTable(`workers ${name}`, await bench());
  } catch (error) {
    if (!(error instanceof MissingVariables)) throw error;
    console.log(`\nworkers ${name} is left out. ${error.message}`);
  }
}
