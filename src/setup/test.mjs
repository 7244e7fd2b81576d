// `npm test`: prepares a fresh clone, then runs all tests; arguments are passed to vitest.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
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
const args = process.argv.slice(2);
process.exit(process.env.CI && args.length === 0 ? await runBoth() : await run(args, 'inherit'));

/**
 * Runs the tests in containers, then those of processes, beside all others, because they mainly wait. What they print comes
 * after that of the others, and what failed in either comes last.
 * @returns {Promise<number>} the exit status
 */
async function runBoth() {
  const log = join(tmpdir(), `notebook-gateway-containers-${process.pid}.log`);
  const report = join(tmpdir(), `notebook-gateway-report-${process.pid}.log`);
  process.env.CLOSING_REPORT = report;
  const file = createWriteStream(log);
  await once(file, 'open');
  const waiting = run(['--project', '*containers'], file);
  const others = await run(['--project', '!*containers'], 'inherit');
  console.log('\nThe tests in containers and of processes:');
  const ofWaiting = await waiting;
  process.stdout.write(readFileSync(log));
  if (existsSync(report)) process.stdout.write(`\nIn all tests:\n${readFileSync(report, 'utf8')}`);
  return others || ofWaiting;
}

/**
 * @param {string[]} more arguments of vitest
 * @param {'inherit' | import('node:fs').WriteStream} output
 * @returns {Promise<number>} the exit status
 */
async function run(more, output) {
  const child = spawn(vitest, ['run', ...more], { cwd: root, stdio: ['inherit', output, output] });
  const [status] = await once(child, 'exit');
  return status ?? 1;
}
