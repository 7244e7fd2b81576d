import { invalidField } from '../../errors.js';
import { checkBaseSha } from '../check-base-sha.js';

/**
 * Checks the `baseSha` of a save that may be merged.
 * @throws DomainError `invalid_request` for a malformed one, and for a merge without one
 */
export function checkMergeBase({
  baseSha,
  merge,
}: {
  baseSha?: string | null;
  merge?: 'auto' | null;
}): string | undefined {
  if (merge != null && baseSha == null)
    throw invalidField('baseSha', 'is required with merge: it says what was read', 'missing');
  return checkBaseSha(baseSha);
}
