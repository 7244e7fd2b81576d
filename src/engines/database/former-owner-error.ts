/**
 * A write was refused, because another gateway has taken over the kernels and writes this from now on. See
 * `RuntimeOwnership`. A client gets it as `runtime_unavailable`, see `withDatabaseErrors`.
 */
export class FormerOwnerError extends Error {
  constructor() {
    super('Another gateway has taken over the kernels.');
  }
}
