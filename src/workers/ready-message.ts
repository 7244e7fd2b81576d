import type { GitRepository } from '../engines/git/git-store.js';
import { findFileOid } from './find-file-oid.js';
import { hasRequirements } from './read-requirements.js';

const condaFiles = ['environment.yml', 'environment.yaml'];

/**
 * The last progress message of a worker. Where its branch lists packages only in a file of conda, it says that they are
 * missing.
 */
export async function readyMessage(git: GitRepository, commitOid: string): Promise<string> {
  if (await hasRequirements(git, commitOid)) return 'Ready';
  for (const path of condaFiles)
    if ((await findFileOid(git, commitOid, path)) !== null)
      return `Ready, without the packages of ${path}: only a requirements.txt is installed`;
  return 'Ready';
}
