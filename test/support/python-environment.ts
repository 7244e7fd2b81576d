import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
  const home = join(tmpdir(), `notebook-gateway-test-${name}`);
  const program = join(home, 'bin', 'python');
  const isThere = await access(program).then(
    () => true,
    () => false,
  );
  if (isThere) return program;
  const fresh = await mkdtemp(`${home}-`);
  try {
    await expectSuccess('python3', ['-m', 'venv', fresh]);
    const install = ['install', '--quiet', '--disable-pip-version-check', ...packages];
    await expectSuccess(join(fresh, 'bin', 'python'), ['-m', 'pip', ...install]);
    // Another run may have been faster.
    await rename(fresh, home).catch(() => access(program));
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return program;
}

/** Runs a program to its end. @param input what it reads from its standard input */
export async function runProgram(
  program: string,
  args: string[],
  { cwd = tmpdir(), input = '' } = {},
): Promise<ProgramEnd> {
  const child = spawn(program, args, { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
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
