import { type FieldPath, invalidField } from '../errors.js';
import { checkEach } from '../validation/check-all.js';

/** A taint that pods tolerate, as it comes in. An absent or null member matches everything. */
export interface TolerationInput {
  key?: string | null;
  /** Default `Equal`. */
  operator?: 'Exists' | 'Equal' | null;
  value?: string | null;
  effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute' | null;
}

/** A checked {@link TolerationInput} without nulls. */
export type CheckedToleration = { [K in keyof TolerationInput]: NonNullable<TolerationInput[K]> };

const maxEntries = 32;
const labelName = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const labelPrefix =
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/**
 * Checks the labels that a node must have.
 * @param value any JSON; an object of strings is accepted
 * @throws FieldError `invalid_request` with the path of each fault
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
export async function checkNodeSelector(value: unknown): Promise<Record<string, string>> {
  const field = 'nodeSelector';
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidField(field, 'must be a JSON object of strings, e.g. {"disk": "ssd"}');
  const entries = Object.entries(value);
  checkCount(entries.length, field);
  const checked = await checkEach(entries, ([key, text]) => {
    if (!isLabelKey(key)) throw invalidField([field, key], 'is not the key of a Kubernetes label');
    if (typeof text !== 'string' || !isLabelValue(text))
      throw invalidField([field, key], 'must be the value of a Kubernetes label, as a text');
    return [key, text];
  });
  return Object.fromEntries(checked);
}

/**
 * Checks the taints that pods tolerate.
 * @throws FieldError `invalid_request` with the path of each fault
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
 */
export async function checkTolerations(
  tolerations: readonly TolerationInput[],
): Promise<CheckedToleration[]> {
  checkCount(tolerations.length, 'tolerations');
  return checkEach(tolerations, (toleration, index) => checkToleration(toleration, ['tolerations', index]));
}

function checkToleration(
  { key, operator, value, effect }: TolerationInput,
  path: FieldPath,
): CheckedToleration {
  if (key != null && !isLabelKey(key))
    throw invalidField([...path, 'key'], 'is not the key of a Kubernetes label');
  if (key == null && operator !== 'Exists')
    throw invalidField([...path, 'operator'], 'must be "Exists" where there is no key', 'mismatch');
  if (value != null && operator === 'Exists')
    throw invalidField([...path, 'value'], 'must be absent where the operator is "Exists"', 'mismatch');
  if (value != null && !isLabelValue(value))
    throw invalidField([...path, 'value'], 'is not the value of a Kubernetes label');
  const given = Object.entries({ key, operator, value, effect }).filter(([, member]) => member != null);
  return Object.fromEntries(given) as CheckedToleration;
}

function checkCount(count: number, field: string): void {
  if (count > maxEntries) throw invalidField(field, `must have at most ${maxEntries} entries`, 'too_long');
}

function isLabelKey(key: string): boolean {
  const [name = '', prefix, ...more] = key.split('/').reverse();
  return more.length === 0 && labelName.test(name) && (prefix === undefined || labelPrefix.test(prefix));
}

function isLabelValue(value: string): boolean {
  return value === '' || labelName.test(value);
}
