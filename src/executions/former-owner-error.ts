/**
 * A write to the log of an execution was refused: another gateway has taken over the kernels, and it writes the log from now
 * on. See `RuntimeOwnership`.
 */
export class FormerOwnerError extends Error {
  constructor() {
    super('Another gateway has taken over the kernels.');
  }
}
