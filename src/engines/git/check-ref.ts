import { FieldError } from '../../errors.js';
import type { GitRepository } from './git-types.js';
import { isBranchName, isObjectId } from './ref-name.js';

const fullBranchName = /^refs\/heads\//;

/**
 * Checks the form of a ref from a client. Git resolves it later.
 * @param field the name of the input field; default `ref`
 * @returns the ref, a full commit sha in lower case
 * @throws DomainError `invalid_ref` naming the field, unless the text can be the name of a branch or tag, or a full commit sha
 */
export function checkRef(ref: string, field = 'ref'): string {
  const digits = ref.toLowerCase();
  if (isObjectId(digits)) return digits;
  if (!isBranchName(ref)) throw invalidRef('must be a branch, a tag or a commit sha', field);
  return ref;
}

/**
 * Checks the form of a branch name from a client. It may be a full name: {@link branchNamed} finds the branch.
 * @param field the name of the input field; default `branch`
 * @throws DomainError `invalid_ref` naming the field, unless the text can be the name of a branch
 */
export function checkBranchName(branch: string, field = 'branch'): string {
  if (!isBranchName(branch)) throw invalidRef('is not a valid branch name', field);
  return branch;
}

/**
 * The name of the branch that a client names, which may be `refs/heads/x` for `x`, as in a ref. What is stored, compared and
 * checked for its protection is this name.
 * @param field the name of the input field; default `branch`
 * @throws DomainError `invalid_ref` naming the field, `storage_unavailable`
 */
export function branchNamed(
  git: Pick<GitRepository, 'nameOfBranch'>,
  branch: string,
  field = 'branch',
): Promise<string> {
  return git.nameOfBranch(checkBranchName(branch, field));
}

/**
 * Checks the name of a branch that is to be created: `refs/heads/x` is `x`.
 * @throws DomainError `invalid_ref` naming the field
 */
export function checkNewBranchName(branch: string, field: string): string {
  return checkBranchName(checkBranchName(branch, field).replace(fullBranchName, ''), field);
}

function invalidRef(message: string, field: string): FieldError {
  return new FieldError('invalid_ref', [{ path: [field], message, type: 'invalid_ref' }]);
}
