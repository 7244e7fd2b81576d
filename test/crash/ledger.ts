/** A save that was answered with a 2xx. */
export interface AcknowledgedSave {
  repositoryId: string;
  branch: string;
  /** The first word of its commit message, and what its contents are made of. */
  tag: string;
  commitOid: string;
  /** What it left at each path: a blob, or null where a file went away. */
  files: { path: string; oid: string | null; tag: string | null }[];
  /** The blobs that it said it was made over. */
  bases: { path: string; oid: string }[];
}

/** A push that git reported as done. */
export interface AcknowledgedPush {
  repositoryId: string;
  branch: string;
  commitOid: string;
}

/** All that the gateway and git acknowledged; it must be there for ever. */
export interface Ledger {
  saves: AcknowledgedSave[];
  pushes: AcknowledgedPush[];
  /** Commits that a forced push took, or may have taken, off their branch. */
  replaced: Set<string>;
  /** What went wrong while the clients worked. */
  faults: string[];
  counts: Record<string, number>;
}

/** Makes an empty {@link Ledger}. */
export function createLedger(): Ledger {
  return { saves: [], pushes: [], replaced: new Set(), faults: [], counts: {} };
}

/** Adds one to a count. */
export function count(ledger: Ledger, what: string): void {
  ledger.counts[what] = (ledger.counts[what] ?? 0) + 1;
}
