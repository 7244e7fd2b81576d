import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { testPython } from './jupyter.js';
import { makeOwnPython, type OwnPython } from './own-python.js';

const run = promisify(execFile);

/** Creates a Python with a second kernel: bash. */
export async function makeBashPython(): Promise<OwnPython> {
  const own = await makeOwnPython();
  const pip = ['-m', 'pip', '--python', own.python, 'install', 'bash_kernel==0.10.0'];
  await run((await testPython()).python, pip, { timeout: 120_000 });
  await run(own.python, ['-m', 'bash_kernel.install', '--sys-prefix']);
  return own;
}
