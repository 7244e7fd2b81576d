/** What a kernel does now. `dead` also ends the connection. */
export type KernelStatus = 'starting' | 'idle' | 'busy' | 'restarting' | 'dead';

/**
 * Called when the status changes. `detail` gives the reason of a change that nobody requested: `kernel_died`, or
 * `connection_lost` when the server stopped answering.
 */
export type StatusListener = (status: KernelStatus, detail?: StatusDetail) => void;

/** The reason of a status change that nobody requested. */
export interface StatusDetail {
  reason: string;
  /** Whether the kernel's process ended by itself, so that another kernel may take over; default no. */
  hasExited?: boolean;
}
