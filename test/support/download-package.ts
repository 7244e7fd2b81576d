import { access, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testPython } from './jupyter.js';
import { runProgram } from './python-environment.js';

/**
 * Downloads a package of PyPI where it is missing, and keeps it between runs.
 * @param name with its version, e.g. `requests==2.32.5`
 * @param options.source whether its source distribution, in place of its wheel; default false
 * @returns the path of the file
 */
export async function downloadPackage(name: string, { source = false } = {}): Promise<string> {
  const home = join(tmpdir(), `notebook-gateway-test-package-${name.replaceAll('=', '-')}`);
  const isThere = await access(home).then(
    () => true,
    () => false,
  );
  if (!isThere) await download(name, home, source);
  const [file] = await readdir(home);
  return join(home, file!);
}

async function download(name: string, home: string, source: boolean): Promise<void> {
  const { python } = await testPython();
  const fresh = await mkdtemp(`${home}-`);
  const kind = source ? ['--no-binary', name.split('=')[0]!] : ['--only-binary', ':all:'];
  const options = ['--quiet', '--disable-pip-version-check', '--no-deps', ...kind, '--dest', fresh];
  try {
    const { exitCode, text } = await runProgram(python, ['-m', 'pip', 'download', ...options, name]);
    if (exitCode !== 0) throw new Error(`pip did not download ${name}:\n${text}`);
    // Another run may have been faster.
    await rename(fresh, home).catch(() => access(home));
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}
