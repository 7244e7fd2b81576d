// `npm run bench`: builds the gateway, then runs the benchmarks; arguments select some of them.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

prepare({ build: true });
const args = ['bench/run.ts', ...process.argv.slice(2)];
const { status } = spawnSync(join(root, 'node_modules/.bin/tsx'), args, { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
