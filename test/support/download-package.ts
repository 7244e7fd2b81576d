import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { testPython } from './jupyter.js';
import { keptFolder } from './kept-folder.js';
import { runProgram } from './python-environment.js';

/**
 * Downloads a package of PyPI where it is missing, and keeps it between runs.
 * @param name with its version, e.g. `requests==2.32.5`
 * @param options.source whether its source distribution, in place of its wheel; default false
 * @returns the path of the file
 */
export async function downloadPackage(name: string, { source = false } = {}): Promise<string> {
  const home = await keptFolder(`package-${name.replaceAll('=', '-')}`, (fresh) =>
    download(name, fresh, source),
  );
  const [file] = await readdir(home);
  return join(home, file!);
}

async function download(name: string, folder: string, source: boolean): Promise<void> {
  const { python } = await testPython();
  const kind = source ? ['--no-binary', name.split('=')[0]!] : ['--only-binary', ':all:'];
  const options = ['--quiet', '--disable-pip-version-check', '--no-deps', ...kind, '--dest', folder];
  const { exitCode, text } = await runProgram(python, ['-m', 'pip', 'download', ...options, name]);
  if (exitCode !== 0) throw new Error(`pip did not download ${name}:\n${text}`);
}
