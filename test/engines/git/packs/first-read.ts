import { LocalLeases } from '../../../../src/engines/database/local-leases.js';
import { findNativeGit } from '../../../../src/engines/git/find-native-git.js';
import { GitStore } from '../../../../src/engines/git/git-store.js';

// Reads files of one repository in a process that has read nothing, and reports the time and memory to its parent.
const [root, id, count] = process.argv.slice(2) as [string, string, string];
const before = process.memoryUsage();
const start = performance.now();
const repository = await new GitStore({
  leases: new LocalLeases(),
  native: await findNativeGit(),
  root,
}).repository(id);
const tip = await repository.resolveBranch('main');
const firstMs = await (async () => {
  await repository.readFile(tip, 'd0/f0.txt');
  return performance.now() - start;
})();
for (let n = 0; n < Number(count); n++) await repository.readFile(tip, `d${n % 10}/f${n}.txt`);
// What is kept counts, not what is garbage by chance.
if (Number(count) > 0) globalThis.gc!();
const after = process.memoryUsage();
const used = ({ rss, external, heapTotal }: NodeJS.MemoryUsage) => ({ rss, external, heapTotal });
process.send!({ firstMs, before: used(before), after: used(after) });
