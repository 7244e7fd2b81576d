import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keptFolder } from './kept-folder.js';
import { runProgram } from './python-environment.js';

/**
 * A folder with packages of npm, which is made where it is missing and kept between runs.
 * @param name of the folder below that for temporary files; another set of packages needs another name
 * @param packages with their versions, e.g. `graphql-sse@2.6.1`
 */
export function folderWith(name: string, packages: string[]): Promise<string> {
  return keptFolder(name, async (fresh) => {
    await writeFile(join(fresh, 'package.json'), '{"private": true, "type": "module"}');
    const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
    const { exitCode, text } = await runProgram('npm', [...install, ...packages], { cwd: fresh });
    if (exitCode !== 0) throw new Error(`npm failed:\n${text}`);
  });
}
