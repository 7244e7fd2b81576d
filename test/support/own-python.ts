import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { testPython } from './jupyter.js';

const run = promisify(execFile);

/** A Python with the packages of the tests' Python, for more packages and kernels. */
export interface OwnPython {
  python: string;
  origin: 'venv';
  /** Its folder. */
  prefix: string;
  remove(): Promise<void>;
}

/** Creates an {@link OwnPython} in a new temporary folder. */
export async function makeOwnPython(): Promise<OwnPython> {
  const base = (await testPython()).python;
  const prefix = await mkdtemp(join(tmpdir(), 'notebook-gateway-python-'));
  const python = join(prefix, 'bin', 'python');
  const ask = async (program: string, interpreter: string) =>
    (await run(interpreter, ['-I', '-c', program])).stdout.trim();
  const sitePackages = 'import sysconfig; print(sysconfig.get_path("purelib"))';
  await run(base, ['-m', 'venv', '--without-pip', prefix]);
  await writeFile(join(await ask(sitePackages, python), 'base.pth'), await ask(sitePackages, base));
  return { python, origin: 'venv', prefix, remove: () => rm(prefix, { recursive: true, force: true }) };
}
