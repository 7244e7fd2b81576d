/**
 * A write was refused, because another gateway has taken over the kernels and writes this from now on. See
 * `RuntimeOwnership`.
 */
export class FormerOwnerError extends Error {
  constructor() {
    super('Another gateway has taken over the kernels.');
  }
}
