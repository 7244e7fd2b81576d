// `npm test`: prepares a fresh clone, then runs all tests; arguments are passed to vitest.
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

prepare({ build: true });
// Created before the tests: otherwise several tests would create the same Python environment at the same time.
const { ensureLocalPython } = await import('../../dist/src/workers/backends/external/local-python.js');
const directory = process.env.TEST_JUPYTER_HOME ?? join(tmpdir(), 'notebook-gateway-test-jupyter');
await ensureLocalPython({ directory, report: (message) => console.log(message) });
if (!process.env.TEST_DATABASE_URL && !process.env.CI) {
  console.log('TEST_DATABASE_URL is not set: the tests on PostgreSQL are skipped.');
}
const vitest = join(root, 'node_modules/.bin/vitest');
const { status } = spawnSync(vitest, ['run', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
