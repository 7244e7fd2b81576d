import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printTable, type Row } from '../stats.js';
import { benchColdReads } from './cold-reads.js';
import { benchImports } from './imports.js';
import { benchMaintenance } from './maintenance.js';
import { benchListings, benchReads } from './reads.js';
import { benchSaves } from './saves.js';
import { openScene, type Scene } from './scene.js';
import { benchVersions } from './versions.js';
import { benchWriters } from './writers.js';

const parts: Record<string, (scene: Scene) => Promise<Row[]>> = {
  save: benchSaves,
  read: benchReads,
  list: benchListings,
  cold: benchColdReads,
  versions: benchVersions,
  import: benchImports,
  writers: benchWriters,
  maintenance: benchMaintenance,
};

/**
 * `npm run bench -- git`: the Git store against native git, on repositories that are generated for the run.
 * @param wanted which parts: `save`, `read`, `list`, `cold`, `versions`, `import`, `writers`, `maintenance`; default all
 */
export async function benchGit(wanted: string[]): Promise<void> {
  const unknown = wanted.filter((name) => !(name in parts));
  if (unknown.length > 0)
    throw new Error(`git has the parts ${Object.keys(parts).join(', ')}; not ${unknown}`);
  const root = await mkdtemp(join(tmpdir(), 'bench-git-'));
  const from = performance.now();
  const scene = await openScene(root);
  try {
    const rows: Row[] = [];
    for (const [name, bench] of Object.entries(parts)) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      const began = performance.now();
      rows.push(...(await bench(scene)));
      console.log(`${name}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
    }
    const git = execFileSync('git', ['--version'], { encoding: 'utf8' }).trim();
    const seconds = ((performance.now() - from) / 1000).toFixed(0);
    printTable(`git: node ${process.versions.node}, ${git}, ${seconds} s`, rows);
  } finally {
    await scene.store.close();
    await rm(root, { recursive: true, force: true });
  }
}
