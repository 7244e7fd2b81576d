import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { DomainError } from '../../../errors.js';
import { runProcess } from './run-process.js';

/** A Python that has Jupyter Server and ipykernel. */
export interface LocalPython {
  /** Absolute path of the interpreter. */
  python: string;
  /** Whether it was there or was made by {@link ensureLocalPython}. */
  origin: 'found' | 'venv';
}

/** What a new environment gets, as pip's requirements; each line by the Python that it can run on. */
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
 * Finds a Python on PATH that can serve notebooks, or else makes a virtual environment in `directory`, once: a marker
 * with the hash of the requirements is written last, so that one which was left half-made is made anew.
 * One caller a directory at a time.
 * @param options.report told what is being done, in a few words
 * @param options.env the environment to search and to install with, the process's own by default
 * @throws DomainError `runtime_unavailable` that says what to install
 */
export async function ensureLocalPython(options: {
  directory: string;
  report: (message: string) => void;
  env?: NodeJS.ProcessEnv;
}): Promise<LocalPython> {
  const env = options.env ?? process.env;
  const venv = join(options.directory, 'venv');
  const made: LocalPython = { python: join(venv, 'bin', 'python'), origin: 'venv' };
  const marker = join(venv, 'requirements.sha256');
  const hash = createHash('sha256').update(requirements.join('\n')).digest('hex');
  if ((await readFile(marker, 'utf8').catch(() => '')) === hash && (await canServe(made.python, env)))
    return made;

  options.report('Looking for Python');
  const pythons = await pythonsOnPath(env);
  for (const python of pythons) if (await canServe(python, env)) return { python, origin: 'found' };
  const base = pythons[0];
  if (base === undefined) throw new DomainError('runtime_unavailable', `No Python was found. ${noPython}`);

  options.report('Making a Python environment');
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  await rm(venv, { recursive: true, force: true });
  try {
    await runProcess(base, ['-m', 'venv', venv], { env, timeoutMs: venvTimeoutMs });
  } catch (cause) {
    throw new DomainError('runtime_unavailable', `Python could not make an environment. ${noPython}`, {
      cause,
    });
  }
  options.report('Installing Jupyter Server');
  try {
    const install = ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', ...requirements];
    await runProcess(made.python, install, { env, timeoutMs: installTimeoutMs });
  } catch (cause) {
    const remedy =
      'Check the connection to the package index, or install jupyter-server and ipykernel yourself';
    throw new DomainError('runtime_unavailable', `Jupyter Server could not be installed. ${remedy}.`, {
      cause,
    });
  }
  await writeFile(`${marker}.new`, hash);
  await rename(`${marker}.new`, marker);
  return made;
}

/** Without the user's own packages and the current folder, as the server runs later. */
async function canServe(python: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const check =
    'import ipykernel, jupyter_server as s; assert s.version_info >= (2,) and ipykernel.version_info >= (6,)';
  return (await ask(python, check, env)) !== undefined;
}

/** The interpreters on PATH that are new enough, in its order, each once; what a shim on PATH leads to, not the shim. */
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

async function ask(python: string, program: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    return await runProcess(python, ['-I', '-c', program], { env, timeoutMs: checkTimeoutMs });
  } catch {
    return undefined;
  }
}
