import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { DomainError } from '../../../errors.js';
import { removeTree } from '../../remove-tree.js';
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

/** What the demo draws with, as pip requirements: for whoever wants to begin. numpy comes with them. */
export const plotting: readonly string[] = [
  'matplotlib==3.10.9; python_version >= "3.10"',
  'matplotlib==3.9.4; python_version < "3.10"',
  'pandas==2.3.3',
];
const noPlotting =
  'matplotlib and pandas could not be installed, so the plot of the demo does not show; delete the environment to try again';

const checkTimeoutMs = 20_000;
const venvTimeoutMs = 120_000;
const installTimeoutMs = 600_000;
const noPython =
  'Install Python 3.9 or newer with venv (Debian: apt-get install python3-venv) and start again.';

/** What {@link ensureLocalPython} needs. */
export interface LocalPythonOptions {
  /** The folder of the environment, if one is created. */
  directory: string;
  /** Called with what is being done, in a few words. */
  report: (message: string) => void;
  /** Called with what could not be done, in a sentence; default `report`. */
  warn?: (message: string) => void;
  /** Whether it has matplotlib and pandas too; default false. Where they cannot be installed, it is without them. */
  withPlotting?: boolean;
  /** The environment to search and to install with; default the process's own. */
  env?: NodeJS.ProcessEnv;
}

/**
 * Finds a Python on PATH that can serve notebooks, or else creates a virtual environment in `directory`, once. A marker
 * file with the hash of the requirements is written last: an incomplete environment has none and is created again, one with
 * another hash is updated. Callers must not run it twice at the same time for one directory.
 * @throws DomainError `runtime_unavailable` that says what to install
 */
export async function ensureLocalPython(options: LocalPythonOptions): Promise<LocalPython> {
  const { directory, report, warn = report, withPlotting = false, env = process.env } = options;
  const venv = join(directory, 'venv');
  const created: LocalPython = { python: join(venv, 'bin', 'python'), origin: 'venv' };
  const hash = hashOf(withPlotting);
  const marker = await readMarker(venv);
  if (marker !== undefined && (await canServe(created.python, env))) {
    if (marker !== hash) await update(venv, { python: created.python, withPlotting, report, warn, env });
    return created;
  }

  report('Looking for Python');
  const pythons = await pythonsOnPath(env);
  for (const python of pythons)
    if (await canServe(python, env, withPlotting)) return { python, origin: 'found' };
  const base = pythons[0];
  if (base === undefined) throw new DomainError('runtime_unavailable', `No Python was found. ${noPython}`);
  try {
    report('Creating a Python environment');
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await createVenv(base, venv, env);
    report('Installing Jupyter Server');
    await installRequirements(created.python, env);
    if (withPlotting) await installPlotting(created.python, env, options);
    await markComplete(venv, hash);
    return created;
  } catch (error) {
    // One that runs cells without plots is better than none.
    for (const python of withPlotting ? pythons : [])
      if (await canServe(python, env)) {
        warn(`${(error as Error).message} ${python} is used, which could not import matplotlib and pandas.`);
        return { python, origin: 'found' };
      }
    throw error;
  }
}

/** How long the package index may be silent: the environment can be used as it is. */
const quickly = { PIP_DEFAULT_TIMEOUT: '10', PIP_RETRIES: '1' };

/**
 * Adds what this version needs to an environment of an earlier one. Nothing is removed, because kernels that outlived a restart
 * run in it. Without a package index it stays as it is, until the next start.
 */
async function update(
  venv: string,
  options: Required<Omit<LocalPythonOptions, 'directory'>> & { python: string },
): Promise<void> {
  const { python, withPlotting, report, warn, env } = options;
  report('Updating the Python environment');
  try {
    await install(python, requirements, { ...env, ...quickly });
    if (withPlotting) await installPlotting(python, { ...env, ...quickly }, options);
    await markComplete(venv, hashOf(withPlotting));
  } catch {
    warn('The Python environment could not be updated, so it is used as it is; the next start tries again.');
  }
}

/** Where they cannot be had, cells run without them. They are not tried again. */
async function installPlotting(
  python: string,
  env: NodeJS.ProcessEnv,
  { report, warn = report }: Pick<LocalPythonOptions, 'report' | 'warn'>,
): Promise<void> {
  report('Installing matplotlib and pandas');
  await install(python, plotting, env).catch(() => warn(noPlotting));
}

const markerOf = (venv: string) => join(venv, 'requirements.sha256');
const hashOf = (withPlotting: boolean) =>
  createHash('sha256')
    .update([...requirements, ...(withPlotting ? plotting : [])].join('\n'))
    .digest('hex');

/** The hash of what it was made with; undefined when it is missing or incomplete. */
async function readMarker(venv: string): Promise<string | undefined> {
  return readFile(markerOf(venv), 'utf8').catch(() => undefined);
}

async function markComplete(venv: string, hash: string): Promise<void> {
  const marker = markerOf(venv);
  await writeFile(`${marker}.new`, hash);
  await rename(`${marker}.new`, marker);
}

async function createVenv(base: string, venv: string, env: NodeJS.ProcessEnv): Promise<void> {
  await removeTree(venv);
  try {
    await runReadable(base, ['-m', 'venv', venv], { env, timeoutMs: venvTimeoutMs });
  } catch (cause) {
    const message = `Python could not make an environment. ${noPython}`;
    throw new DomainError('runtime_unavailable', message, { cause });
  }
}

async function installRequirements(python: string, env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await install(python, requirements, env);
  } catch (cause) {
    const remedy =
      'Check the connection to the package index, or install jupyter-server and ipykernel yourself';
    const message = `Jupyter Server could not be installed. ${remedy}.`;
    throw new DomainError('runtime_unavailable', message, { cause });
  }
}

async function install(python: string, packages: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const args = ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', ...packages];
  await runReadable(python, args, { env, timeoutMs: installTimeoutMs });
}

/** Runs a program whose files all users may read, as workers may run as users of their own. */
function runReadable(...[program, args, options]: Parameters<typeof runProcess>): Promise<string> {
  return runProcess('/bin/sh', ['-c', 'umask 022; exec "$0" "$@"', program, ...args], options);
}

/** Checked without the user's own packages and the current folder, as the server runs later. */
async function canServe(python: string, env: NodeJS.ProcessEnv, withPlotting = false): Promise<boolean> {
  const serves =
    'import ipykernel, jupyter_server as s; assert s.version_info >= (2,) and ipykernel.version_info >= (6,)';
  const draws = 'from importlib.util import find_spec as f; assert f("matplotlib") and f("pandas")';
  return (await ask(python, withPlotting ? `${serves}\n${draws}` : serves, env)) !== undefined;
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
