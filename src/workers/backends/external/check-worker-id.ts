/**
 * Checks that the id of a worker can be the name of a file, so that it does not lead out of its folder.
 * @returns the id
 * @throws Error otherwise
 */
export function checkWorkerId(workerId: string): string {
  if (!/^[\w-]{1,64}$/.test(workerId)) throw new Error('This is not a worker id.');
  return workerId;
}
