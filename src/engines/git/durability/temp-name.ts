/** The folder, in a store and in each repository, for files of ours that are not finished. */
export const tempFolder = 'gateway-tmp';

let count = 0;

/** A unique name that contains the instance that uses it. */
export function tempName(instanceId: string): string {
  count += 1;
  return `${instanceId}-${count}`;
}

/** The instance in a name of {@link tempName}; null for any other name. */
export function instanceOfTempName(name: string): string | null {
  return /^([0-9a-f]{16})-\d+$/.exec(name)?.[1] ?? null;
}
