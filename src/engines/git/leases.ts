/** What the store needs of a lease, a name that this process holds alone. */
export interface InstanceLease {
  /** Aborted when the lease was lost: another process may hold the name now. */
  lost: AbortSignal;
  /** Gives the name back; does nothing for a lease that was lost or released. */
  release(): Promise<void>;
}

/**
 * Names of which each has at most one holder among the processes that use the same folder. The store shows with them which of
 * its instances run.
 */
export interface InstanceLeases {
  /** Takes a name; null while it has a holder, also when that is this process. */
  tryTake(name: string): Promise<InstanceLease | null>;
  /** Whether a process, this one included, holds the name now. */
  isHeld(name: string): Promise<boolean>;
}
