import type { RemoteLimits } from '../engines/git/git-store.js';

/** The default limits of a sync. */
export const remoteLimits: RemoteLimits = { timeoutMs: 15 * 60_000, bytes: 4 * 1024 ** 3 };
