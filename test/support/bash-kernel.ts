import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { testPython } from './jupyter.js';

const run = promisify(execFile);

/** A Python with the packages of the tests' Python, and a second kernel: bash. */
export interface BashPython {
  python: string;
  origin: 'venv';
  remove(): Promise<void>;
}

/** Creates a {@link BashPython} in a new temporary folder. */
export async function makeBashPython(): Promise<BashPython> {
  const base = (await testPython()).python;
  const venv = await mkdtemp(join(tmpdir(), 'notebook-gateway-bash-'));
  const python = join(venv, 'bin', 'python');
  const ask = async (program: string, interpreter: string) =>
    (await run(interpreter, ['-I', '-c', program])).stdout.trim();
  const sitePackages = 'import sysconfig; print(sysconfig.get_path("purelib"))';
  await run(base, ['-m', 'venv', '--without-pip', venv]);
  await writeFile(join(await ask(sitePackages, python), 'base.pth'), await ask(sitePackages, base));
  await run(base, ['-m', 'pip', '--python', python, 'install', 'bash_kernel==0.10.0'], { timeout: 120_000 });
  await run(python, ['-m', 'bash_kernel.install', '--sys-prefix']);
  return { python, origin: 'venv', remove: () => rm(venv, { recursive: true, force: true }) };
}
