/** A name that this process holds alone. */
export interface Lease {
  /** Aborted when the lease was lost because the connection that held it broke. */
  lost: AbortSignal;
  /** Gives the name back; does nothing for a lease that was lost or released. */
  release(): Promise<void>;
}

/** Names of which each has at most one holder among the processes that share a database. */
export interface Leases {
  /**
   * Takes a name; null while it has a holder, also when that is this process. The name is held until it is released,
   * until the process ends in any way, or until the connection to the database breaks.
   */
  tryTake(name: string): Promise<Lease | null>;
  /** Whether a process, this one included, holds the name now. */
  isHeld(name: string): Promise<boolean>;
  /** Releases every name that this process holds. */
  close(): Promise<void>;
}
