// `npm test`: prepares a fresh clone, then runs all tests; arguments are passed to vitest.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { root } from './prepare.mjs';
import { prepareTests } from './prepare-tests.mjs';

await prepareTests();
if (!process.env.TEST_DATABASE_URL && !process.env.CI) {
  console.log('TEST_DATABASE_URL is not set: the tests on PostgreSQL are skipped.');
}
const vitest = join(root, 'node_modules/.bin/vitest');
const args = process.argv.slice(2);
process.exit(process.env.CI && args.length === 0 ? await runTwoAtATime() : await run(args, 'inherit'));

/**
 * Runs the tests of Kubernetes, then those of Docker and of processes, beside all others, because they mainly wait; two of
 * these four at a time. What they print comes after that of the others, and what failed in any comes last.
 * @returns {Promise<number>} the exit status
 */
async function runTwoAtATime() {
  const folder = mkdtempSync(join(tmpdir(), 'notebook-gateway-test-run-'));
  const report = join(folder, 'report');
  process.env.CLOSING_REPORT = report;
  const waiting = ['in-kubernetes', 'in-docker', 'in-processes'];
  const logs = waiting.map((name) => join(folder, name));
  const statuses = [];
  const takeNext = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift())
      statuses.push(await run(['--project', name], await openFile(join(folder, name))));
  };
  const first = takeNext();
  statuses.push(await run(['--project', '!in-*'], 'inherit'));
  await Promise.all([first, takeNext()]);
  for (const log of logs) process.stdout.write(`\n${basename(log)}\n${readFileSync(log, 'utf8')}`);
  if (existsSync(report)) process.stdout.write(`\nIn all tests:\n${readFileSync(report, 'utf8')}`);
  rmSync(folder, { recursive: true });
  return statuses.find((status) => status !== 0) ?? 0;
}

/** @param {string} path */
async function openFile(path) {
  const file = createWriteStream(path);
  await once(file, 'open');
  return file;
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
