/** Why a kernel, or the connection to it, ended during a run. */
export type KernelLostReason = 'kernel_died' | 'restarted' | 'connection_lost' | 'shutdown' | 'released';

const messages: Record<KernelLostReason, string> = {
  kernel_died: 'The kernel died.',
  restarted: 'The kernel was restarted.',
  connection_lost: 'The connection to the kernel was lost.',
  shutdown: 'The kernel was shut down.',
  released: 'The gateway closed its connection; the kernel still runs.',
};

/** The error of a run that lost its kernel before it was complete. */
export class KernelLostError extends Error {
  readonly reason: KernelLostReason;

  constructor(reason: KernelLostReason) {
    super(messages[reason]);
    this.name = 'KernelLostError';
    this.reason = reason;
  }
}
