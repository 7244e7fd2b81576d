import { benchFirstOutput } from './first-output.js';
import { benchMaintenance } from './git/maintenance.js';
import { benchVersions } from './git/versions.js';
import { benchRestRead } from './rest-read.js';
import { benchSave } from './save.js';
import { printTable } from './stats.js';

/** `npm run bench`: every measurement, as ratios to a baseline in the same run. */
const all = {
  'first-output': benchFirstOutput,
  save: benchSave,
  'rest-read': benchRestRead,
  maintenance: benchMaintenance,
  versions: () => benchVersions(),
};
const wanted = process.argv.slice(2);
for (const [name, bench] of Object.entries(all)) {
  if (wanted.length === 0 || wanted.includes(name)) printTable(name, await bench());
}
process.exit(0);
