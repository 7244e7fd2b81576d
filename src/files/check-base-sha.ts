import { invalidField } from '../errors.js';

/**
 * Checks the `baseSha` of a request.
 * @throws DomainError `invalid_request` unless it is absent or a full object id
 */
export function checkBaseSha(baseSha: string | null | undefined): string | undefined {
  if (baseSha == null) return undefined;
  if (!/^[0-9a-f]{40}$/.test(baseSha))
    throw invalidField('baseSha', 'must be the 40 hex digits of a blob sha');
  return baseSha;
}
