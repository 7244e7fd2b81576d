/** Whether two names are those of one kernel: Jupyter compares them in lower case. */
export function isSameKernel(name: string, other: string): boolean {
  return name.toLowerCase() === other.toLowerCase();
}
