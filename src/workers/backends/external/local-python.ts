import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { DomainError } from '../../../errors.js';
import { runProcess } from './run-process.js';

/** A Python that has Jupyter Server and ipykernel. */
export interface LocalPython {
  /** Absolute path of the interpreter. */
  python: string;
  /** `venv` when {@link ensureLocalPython} created its virtual environment, now or earlier. */
  origin: 'found' | 'venv';
}

/** The packages of a new environment, as pip requirements. The last versions for older Pythons are listed too. */
const requirements = [
  'jupyter-server==2.21.1; python_version >= "3.10"',
  'jupyter-server==2.17.0; python_version < "3.10"',
  'ipykernel==7.4.0; python_version >= "3.11"',
  'ipykernel==6.31.0; python_version < "3.11"',
];

const checkTimeoutMs = 20_000;
const venvTimeoutMs = 120_000;
const installTimeoutMs = 600_000;
const noPython =
  'Install Python 3.9 or newer with venv (Debian: apt-get install python3-venv) and start again.';

/**
 * Finds a Python on PATH that can serve notebooks, or else creates a virtual environment in `directory`, once. A marker
 * file with the hash of the requirements is written last: an incomplete environment has none and is created again.
 * Callers must not run it twice at the same time for one directory.
 * @param options.report called with what is being done, in a few words
 * @param options.env the environment to search and to install with; default the process's own
 * @throws DomainError `runtime_unavailable` that says what to install
 */
export async function ensureLocalPython(options: {
  directory: string;
  report: (message: string) => void;
  env?: NodeJS.ProcessEnv;
}): Promise<LocalPython> {
  const { directory, report, env = process.env } = options;
  const venv = join(directory, 'venv');
  const created: LocalPython = { python: join(venv, 'bin', 'python'), origin: 'venv' };
  if ((await isComplete(venv)) && (await canServe(created.python, env))) return created;

  report('Looking for Python');
  const pythons = await pythonsOnPath(env);
  for (const python of pythons) if (await canServe(python, env)) return { python, origin: 'found' };
  const base = pythons[0];
  if (base === undefined) throw new DomainError('runtime_unavailable', `No Python was found. ${noPython}`);

  report('Creating a Python environment');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await createVenv(base, venv, env);
  report('Installing Jupyter Server');
  await installRequirements(created.python, env);
  await markComplete(venv);
  return created;
}

const markerOf = (venv: string) => join(venv, 'requirements.sha256');
const requirementsHash = () => createHash('sha256').update(requirements.join('\n')).digest('hex');

async function isComplete(venv: string): Promise<boolean> {
  return (await readFile(markerOf(venv), 'utf8').catch(() => '')) === requirementsHash();
}

async function markComplete(venv: string): Promise<void> {
  const marker = markerOf(venv);
  await writeFile(`${marker}.new`, requirementsHash());
  await rename(`${marker}.new`, marker);
}

async function createVenv(base: string, venv: string, env: NodeJS.ProcessEnv): Promise<void> {
  await rm(venv, { recursive: true, force: true });
  try {
    await runReadable(base, ['-m', 'venv', venv], { env, timeoutMs: venvTimeoutMs });
  } catch (cause) {
    const message = `Python could not make an environment. ${noPython}`;
    throw new DomainError('runtime_unavailable', message, { cause });
  }
}

async function installRequirements(python: string, env: NodeJS.ProcessEnv): Promise<void> {
  const install = ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', ...requirements];
  try {
    await runReadable(python, install, { env, timeoutMs: installTimeoutMs });
  } catch (cause) {
    const remedy =
      'Check the connection to the package index, or install jupyter-server and ipykernel yourself';
    const message = `Jupyter Server could not be installed. ${remedy}.`;
    throw new DomainError('runtime_unavailable', message, { cause });
  }
}

/** Runs a program whose files all users may read, as workers may run as users of their own. */
function runReadable(...[program, args, options]: Parameters<typeof runProcess>): Promise<string> {
  return runProcess('/bin/sh', ['-c', 'umask 022; exec "$0" "$@"', program, ...args], options);
}

/** Checked without the user's own packages and the current folder, as the server runs later. */
async function canServe(python: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const check =
    'import ipykernel, jupyter_server as s; assert s.version_info >= (2,) and ipykernel.version_info >= (6,)';
  return (await ask(python, check, env)) !== undefined;
}

/**
 * The interpreters on PATH that are new enough, in the order of PATH, each once. Shims are resolved to what they run.
 */
async function pythonsOnPath(env: NodeJS.ProcessEnv): Promise<string[]> {
  const found = new Set<string>();
  const check = 'import sys; assert sys.version_info >= (3, 9); print(sys.executable)';
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    for (const name of ['python3', 'python']) {
      const python = (await ask(join(folder, name), check, env))?.trim();
      if (python && isAbsolute(python)) found.add(python);
    }
  }
  return [...found];
}

/** What a short program prints; undefined when it, or the interpreter, fails. */
async function ask(python: string, program: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    return await runProcess(python, ['-I', '-c', program], { env, timeoutMs: checkTimeoutMs });
  } catch {
    return undefined;
  }
}
