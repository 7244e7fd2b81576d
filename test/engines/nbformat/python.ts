import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

const run = promisify(execFile);
const home = join(tmpdir(), 'notebook-gateway-nbformat');

/**
 * Runs a Python program with nbformat 5.11.1. It gets JSON on its standard input and prints JSON.
 * The interpreter is `TEST_PYTHON`, or that of a virtual environment that is created once in the temporary folder.
 */
export async function runPython<T>(program: string, input: unknown): Promise<T> {
  const child = spawn(await findPython(), ['-W', 'ignore', '-c', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const output = text(child.stdout);
  const exit = once(child, 'exit');
  child.stdin.end(JSON.stringify(input));
  const [code] = await exit;
  if (code !== 0) throw new Error(`Python ended with ${code}`);
  return JSON.parse(await output) as T;
}

async function findPython(): Promise<string> {
  if (process.env.TEST_PYTHON) return process.env.TEST_PYTHON;
  const python = join(home, 'bin/python');
  if (await exists(python)) return python;
  const made = await mkdtemp(`${home}-`);
  try {
    await run('python3', ['-m', 'venv', made]);
    await run(join(made, 'bin/python'), ['-m', 'pip', 'install', '--quiet', 'nbformat==5.11.1']);
    // Moved when complete, so that an interrupted or parallel installation is never used half finished.
    await rename(made, home);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    if (!(await exists(python))) throw error;
  }
  return python;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
