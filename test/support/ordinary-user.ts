/** A user without rights, and with no files of its own. */
export const nobody = 65_534;

/** Whether {@link asOrdinaryUser} changes the user: root runs the tests. */
export const isRoot = process.geteuid!() === 0;

/** Does something as a user who is not root, for whom the modes of folders count. */
export async function asOrdinaryUser<T>(work: () => Promise<T>): Promise<T> {
  if (!isRoot) return work();
  process.seteuid!(nobody);
  try {
    return await work();
  } finally {
    process.seteuid!(0);
  }
}
