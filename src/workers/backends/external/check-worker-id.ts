/**
 * @returns `workerId`.
 * @throws Error when it could not be the name of a file, e.g. because it leads out of its folder
 */
export function checkWorkerId(workerId: string): string {
  if (!/^[\w-]{1,64}$/.test(workerId)) throw new Error('This is not a worker id.');
  return workerId;
}
