import type { KernelEvent } from './kernel-event.js';
import type { RunReply } from './kernel-run.js';

/** What a kernel does; `dead` is the end of the connection too. */
export type KernelStatus = 'starting' | 'idle' | 'busy' | 'restarting' | 'dead';

/**
 * Told when the status changes. `detail` says why when nobody asked for it: `kernel_died`, or `connection_lost` when
 * the server does not answer any more.
 */
export type StatusListener = (status: KernelStatus, detail?: { reason: string }) => void;

/** The one connection that owns a running kernel. */
export interface KernelConnection {
  /** The kernel's id on its server. */
  readonly kernelId: string;
  readonly status: KernelStatus;
  /** Calls back at each change of `status`. Returns the function that stops it. */
  onStatus(listener: StatusListener): () => void;
  /**
   * Runs code; one at a time (the caller queues). Every event is given to `onEvent` in order, synchronously; when that
   * throws, the run rejects with its error. Resolves when the reply and the idle status are in.
   * @throws KernelGone at the latest 5 s after the kernel or its server died, or hangs
   */
  execute(
    request: { code: string; stopOnError: boolean; messageId: string },
    onEvent: (event: KernelEvent) => void,
  ): Promise<RunReply>;
  /** Interrupts what the kernel runs; a run that it has not begun yet is waited for. @throws DomainError
   * `runtime_unavailable` */
  interrupt(): Promise<void>;
  /**
   * Resolves when idle again; a run that goes on rejects.
   * @throws KernelGone when the server has the kernel no more: the status stays `restarting`, as the caller is to start
   *   another in its place; DomainError `runtime_unavailable` (dead then)
   */
  restart(): Promise<void>;
  /** Ends a run that goes on, the kernel and the connection; idempotent. @throws DomainError `runtime_unavailable` */
  shutdown(): Promise<void>;
  /**
   * Closes the connection and leaves the kernel running, which keeps its output for the same client id.
   * @param reason what a run that goes on rejects with; default `connection_lost`
   */
  dispose(reason?: 'connection_lost' | 'released'): void;
}
