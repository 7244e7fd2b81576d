import { invalidField } from '../errors.js';

const field = 'storageClass';
const maxLength = 253;
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Checks the name of a StorageClass of Kubernetes; null and an absent one are accepted.
 * @throws FieldError `invalid_request`
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
 */
export function checkStorageClass<T extends string | null | undefined>(name: T): T {
  if (name == null) return name;
  if (name.length <= maxLength && name.split('.').every((part) => label.test(part))) return name;
  throw invalidField(field, 'must be the name of a Kubernetes StorageClass, e.g. "fast-ssd"');
}

/**
 * Checks that the settings of a whole resource class fit each other.
 * @throws FieldError `invalid_request`
 */
export function checkVolume({
  persistentVolume,
  storageClass,
}: {
  persistentVolume?: boolean | null;
  storageClass?: string | null;
}): void {
  if (persistentVolume === false && storageClass != null)
    throw invalidField(field, 'must be null where persistentVolume is false', 'mismatch');
}
