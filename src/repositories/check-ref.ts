import { isBranchName, isObjectId } from '../engines/git/ref-name.js';
import { FieldError } from '../errors.js';

/**
 * The ref that a client gives, before Git looks for it.
 * @param field its name in the input; default `ref`
 * @throws DomainError `invalid_ref` naming the field, unless it may be a branch, a tag or a full commit sha
 */
export function checkRef(ref: string, field = 'ref'): string {
  if (!isBranchName(ref) && !isObjectId(ref))
    throw invalidRef('must be a branch, a tag or a commit sha', field);
  return ref;
}

/**
 * The branch that a client gives, before Git looks for it.
 * @param field its name in the input; default `branch`
 * @throws DomainError `invalid_ref` naming the field, unless it may be a branch
 */
export function checkBranchName(branch: string, field = 'branch'): string {
  if (!isBranchName(branch)) throw invalidRef('is not a name that a branch may have', field);
  return branch;
}

function invalidRef(message: string, field: string): FieldError {
  return new FieldError('invalid_ref', [{ path: [field], message, type: 'invalid_ref' }]);
}
