// `npm run lint` runs this after Biome: the order of the layers, cycles, sizes, JSDoc and words. An argument limits the
// report to what stands below a path.
import { importCycles, importOrderFaults } from './import-order.js';
import { lengthFaults, medianLineCount, shapeLimits, undocumentedExports } from './shape.js';
import { readSourceFiles } from './source-files.js';
import { wordFaults } from './words.js';

const root = process.cwd();
const only = process.argv[2] ?? '';
const files = readSourceFiles(root, ['src', 'schema', 'rest']);
const median = medianLineCount(files);
const faults = [
  ...importOrderFaults(files),
  ...importCycles(files).map((cycle) => `${cycle.join(' → ')}: an import cycle.`),
  ...lengthFaults(files),
  ...files.flatMap(undocumentedExports),
  ...files.flatMap(wordFaults),
].filter((fault) => fault.startsWith(only));
if (median > shapeLimits.medianFile) faults.push(`The median file has ${median} lines.`);
for (const fault of faults) console.log(fault);
console.log(`${files.length} files, the median of ${median} lines; ${faults.length} faults.`);
process.exitCode = faults.length > 0 ? 1 : 0;
