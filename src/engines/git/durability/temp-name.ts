/** The folder, inside a store and inside a repository, that holds our files before they are renamed into place. */
export const tempFolder = 'gateway-tmp';

let made = 0;

/** A name that nobody else uses, and that tells which instance made it. */
export function tempName(instanceId: string): string {
  made += 1;
  return `${instanceId}-${made}`;
}

/** The instance that made a name with {@link tempName}, else null. */
export function instanceOfTempName(name: string): string | null {
  return /^([0-9a-f]{16})-\d+$/.exec(name)?.[1] ?? null;
}
