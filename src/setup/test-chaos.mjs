// `npm run test:chaos`: builds the gateway, then runs cells on two of them while it disturbs all that takes part.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

prepare({ build: true });
const { status } = spawnSync(join(root, 'node_modules/.bin/tsx'), ['test/chaos/run.ts'], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
