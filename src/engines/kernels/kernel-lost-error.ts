/** Why a kernel, or the connection to it, ended under a running cell. */
export type KernelGoneReason = 'kernel_died' | 'restarted' | 'connection_lost' | 'shutdown' | 'released';

const messages: Record<KernelGoneReason, string> = {
  kernel_died: 'The kernel died.',
  restarted: 'The kernel was restarted.',
  connection_lost: 'The connection to the kernel was lost.',
  shutdown: 'The kernel was shut down.',
  released: 'The gateway let go of the kernel, which runs on.',
};

/** What `KernelConnection.execute` rejects with when its kernel goes away before the run is over. */
export class KernelGone extends Error {
  readonly reason: KernelGoneReason;

  constructor(reason: KernelGoneReason) {
    super(messages[reason]);
    this.name = 'KernelGone';
    this.reason = reason;
  }
}
