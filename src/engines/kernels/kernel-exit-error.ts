/** The process of a kernel ended by itself before the kernel was ready. */
export class KernelExitError extends Error {
  constructor() {
    super('The process of the kernel ended.');
    this.name = 'KernelExitError';
  }
}
