// `npm run lint` runs this after Biome, also when Biome fails: the order of the layers, sizes, JSDoc and words. An
// argument limits the report to the files below a path.
import { houseFaults } from './house-faults.js';
import { medianLineCount, shapeLimits } from './shape.js';
import { readSourceFiles } from './source-files.js';
import { readGraphqlFiles } from './worded-files.js';

const only = process.argv[2] ?? '';
const folders = ['src', 'schema', 'rest', 'prisma', 'web'];
const files = readSourceFiles(process.cwd(), folders);
const median = medianLineCount(files);
const others = readGraphqlFiles(process.cwd(), folders);
const faults = houseFaults(files, others).filter((fault) => fault.startsWith(only));
if (median > shapeLimits.medianFile) faults.push(`The median file has ${median} lines.`);
for (const fault of faults) console.log(fault);
console.log(`${files.length} files, the median of ${median} lines; ${faults.length} faults.`);
process.exitCode = faults.length > 0 ? 1 : 0;
