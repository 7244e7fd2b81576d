import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptFolder } from './kept-folder.js';

/** The end of a program. */
export interface ProgramEnd {
  exitCode: number;
  /** What it printed, its errors included. */
  text: string;
}

/**
 * The Python of a virtual environment that has packages of PyPI, which is made where it is missing and kept between runs.
 * @param name of its folder below that for temporary files; another set of packages needs another name
 * @param packages with their versions, e.g. `requests==2.32.5`
 */
export async function pythonWith(name: string, packages: string[]): Promise<string> {
  const home = await keptFolder(name, async (fresh) => {
    await expectSuccess('python3', ['-m', 'venv', fresh]);
    const install = ['install', '--quiet', '--disable-pip-version-check', ...packages];
    await expectSuccess(join(fresh, 'bin', 'python'), ['-m', 'pip', ...install]);
  });
  return join(home, 'bin', 'python');
}

/** How {@link runProgram} runs a program. */
interface ProgramOptions {
  /** Default the folder for temporary files. */
  cwd?: string;
  /** What it reads from its standard input; default nothing. */
  input?: string;
  /** All its environment variables; default those of the tests. */
  env?: NodeJS.ProcessEnv;
}

/** Runs a program to its end. */
export async function runProgram(
  program: string,
  args: string[],
  { cwd = tmpdir(), input = '', env = process.env }: ProgramOptions = {},
): Promise<ProgramEnd> {
  const child = spawn(program, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {}).end(input);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      text += chunk;
    });
  }
  const [exitCode] = await once(child, 'close');
  return { exitCode: exitCode ?? 1, text };
}

async function expectSuccess(program: string, args: string[]): Promise<void> {
  const { exitCode, text } = await runProgram(program, args);
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${text}`);
}
