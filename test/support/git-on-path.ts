import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Creates a folder for a `PATH` that has the `git` of this machine and no other program.
 * @param version what `git --version` reports there; default the real one
 */
export async function gitOnPath(folder: string, version?: string): Promise<string> {
  const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const reported = version ? `[ "$1" = --version ] && { echo "git version ${version}"; exit 0; }\n` : '';
  await writeFile(join(bin, 'git'), `#!/bin/sh\n${reported}exec ${real} "$@"\n`, { mode: 0o755 });
  return bin;
}
