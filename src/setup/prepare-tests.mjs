// Prepares what the tests need, and can be run alone: `.ci/run` does it while it waits for other things.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

/** Prepares a fresh clone, and the Python environment of the tests: else several tests would create it at the same time. */
export async function prepareTests() {
  prepare({ build: true });
  const { ensureLocalPython } = await import('../../dist/src/workers/backends/external/local-python.js');
  const directory = process.env.TEST_JUPYTER_HOME ?? join(tmpdir(), 'notebook-gateway-test-jupyter');
  await ensureLocalPython({ directory, report: (message) => console.log(message) });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await prepareTests();
