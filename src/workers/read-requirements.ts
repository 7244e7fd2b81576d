import type { GitRepository } from '../engines/git/git-store.js';
import { DomainError } from '../errors.js';
import { findFileOid } from './find-file-oid.js';

const path = 'requirements.txt';
const maxBytes = 64 * 1024;

/**
 * The text of the `requirements.txt` at the root of a commit; undefined when there is none.
 * @throws DomainError `runtime_unavailable` with the reason `environment_failed` when it is too large or no UTF-8
 */
export async function readRequirements(git: GitRepository, commitOid: string): Promise<string | undefined> {
  if (!(await hasRequirements(git, commitOid))) return undefined;
  const file = await git.readFile(commitOid, path);
  if (!file) return undefined;
  if (file.size > maxBytes) throw unusable('has more than 64 KiB');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(file.bytes);
  } catch {
    throw unusable('is not UTF-8');
  }
}

/** Whether a commit has a `requirements.txt` at its root. */
export async function hasRequirements(git: GitRepository, commitOid: string): Promise<boolean> {
  return (await findFileOid(git, commitOid, path)) !== null;
}

function unusable(what: string): DomainError {
  return new DomainError(
    'runtime_unavailable',
    `The file requirements.txt of the branch ${what}; change it and start a new worker.`,
    { extra: { reason: 'environment_failed' } },
  );
}
