/** How git reaches a remote. */
export interface RemoteAccess {
  /** Without credentials. */
  url: string;
  /** The address of its host, in the form of git's `http.curloptResolve`; null when the URL contains an address. */
  pinned: string | null;
  credentials: { username: string; secret: string } | null;
}

/** The limits of a sync. */
export interface RemoteLimits {
  /** Milliseconds for one command of git. */
  timeoutMs: number;
  /** Bytes that one fetch may add to the disk. */
  bytes: number;
}
