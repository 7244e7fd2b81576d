// `npm run test:crash`: builds the gateway, then runs the crash test, which kills it many times.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

prepare({ build: true });
const { status } = spawnSync(join(root, 'node_modules/.bin/tsx'), ['test/crash/run.ts'], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
