import { isBranchName, isObjectId } from '../engines/git/ref-name.js';
import { DomainError } from '../errors.js';

/**
 * The ref that a client gives, before Git looks for it.
 * @param loc where it stands in the input
 * @throws DomainError `invalid_ref` naming the field, unless it may be a branch, a tag or a full commit sha
 */
export function checkRef(ref: string, loc: string[] = ['query', 'ref']): string {
  if (!isBranchName(ref) && !isObjectId(ref))
    throw invalidRef('must be a branch, a tag or a commit sha', loc);
  return ref;
}

/**
 * The branch that a client gives, before Git looks for it.
 * @param loc where it stands in the input
 * @throws DomainError `invalid_ref` naming the field, unless it may be a branch
 */
export function checkBranchName(branch: string, loc: string[] = ['body', 'branch']): string {
  if (!isBranchName(branch)) throw invalidRef('is not a name that a branch may have', loc);
  return branch;
}

function invalidRef(msg: string, loc: string[]): DomainError {
  return new DomainError('invalid_ref', `${loc.slice(1).join('.')}: ${msg}`, {
    fields: [{ loc, msg, type: 'invalid_ref' }],
  });
}
