import { FieldError } from '../../errors.js';
import { isBranchName, isObjectId } from './ref-name.js';

/**
 * Checks the form of a ref from a client. Git resolves it later.
 * @param field the name of the input field; default `ref`
 * @throws DomainError `invalid_ref` naming the field, unless the text can be the name of a branch or tag, or a full commit sha
 */
export function checkRef(ref: string, field = 'ref'): string {
  if (!isBranchName(ref) && !isObjectId(ref))
    throw invalidRef('must be a branch, a tag or a commit sha', field);
  return ref;
}

/**
 * Checks the form of a branch name from a client. Git resolves it later.
 * @param field the name of the input field; default `branch`
 * @throws DomainError `invalid_ref` naming the field, unless the text can be the name of a branch
 */
export function checkBranchName(branch: string, field = 'branch'): string {
  if (!isBranchName(branch)) throw invalidRef('is not a valid branch name', field);
  return branch;
}

function invalidRef(message: string, field: string): FieldError {
  return new FieldError('invalid_ref', [{ path: [field], message, type: 'invalid_ref' }]);
}
