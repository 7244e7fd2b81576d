import type { Logger } from 'pino';
import type { Session } from '../../prisma/generated/client/client.js';
import type { JupyterClient } from '../engines/kernels/jupyter-client.js';
import type { KernelConnection } from '../engines/kernels/kernel-connection.js';
import { DomainError } from '../errors.js';
import type { SessionRows } from './session-rows.js';
import { StatusWriter } from './status-writer.js';

/** A session whose kernel this process is connected to. */
export interface LiveSession {
  workerId: string;
  client: JupyterClient;
  kernel: KernelConnection;
  status: StatusWriter;
  /** Why its kernel was restarted last though nobody asked for it, until it runs a cell again. */
  restartReason: string | null;
}

/** What {@link LiveSessions} work with. */
export interface LiveSessionsDeps {
  rows: SessionRows;
  log: Logger;
  /** See `WorkerManager.diedOfMemory`. */
  diedOfMemory(workerId: string): Promise<boolean>;
}

/** The sessions whose kernels this process is connected to. Their rows follow the status of the kernels. */
export class LiveSessions {
  readonly #live = new Map<string, LiveSession>();

  readonly #deps: LiveSessionsDeps;

  constructor(deps: LiveSessionsDeps) {
    this.#deps = deps;
  }

  /** The connection to a session's kernel. */
  kernel(sessionId: string): KernelConnection | undefined {
    return this.#live.get(sessionId)?.kernel;
  }

  /** The worker of a live session. */
  workerId(sessionId: string): string | undefined {
    return this.#live.get(sessionId)?.workerId;
  }

  /** The ids of all live sessions, or of those of one worker. */
  ids(workerId?: string): string[] {
    const all = [...this.#live];
    return all.filter(([, entry]) => !workerId || entry.workerId === workerId).map(([id]) => id);
  }

  /**
   * Adds a session with its kernel; resolves when the row has the kernel's status. The connection and the client are
   * closed once the kernel is dead.
   * @throws DomainError `runtime_unavailable` when the kernel is dead already
   */
  async add(session: Session, client: JupyterClient, kernel: KernelConnection): Promise<void> {
    if (kernel.status === 'dead') {
      throw new DomainError('runtime_unavailable', 'The kernel ended as it started; restart the session.');
    }
    const status = this.#writerOf(session.id);
    const entry: LiveSession = { workerId: session.workerId, client, kernel, status, restartReason: null };
    this.#live.set(session.id, entry);
    this.#follow(session.id, entry);
    entry.status.set(kernel.status, null);
    await entry.status.flush();
  }

  /** Resolves when the row has the status that the kernel has now. */
  async statusWritten(sessionId: string): Promise<void> {
    await this.#live.get(sessionId)?.status.flush();
  }

  /**
   * Removes a session without closing its connection: the caller ends the kernel. The row does not follow it any more.
   */
  remove(sessionId: string): LiveSession | undefined {
    const entry = this.#live.get(sessionId);
    this.#live.delete(sessionId);
    entry?.status.cancel();
    return entry;
  }

  /** Closes the connection and leaves the kernel running; see `KernelConnection.dispose` for `reason`. */
  async disconnect(sessionId: string, reason?: 'connection_lost' | 'released'): Promise<void> {
    // The kernel runs on, so its row keeps the status that it has now.
    if (reason === 'released') await this.statusWritten(sessionId);
    const entry = this.remove(sessionId);
    entry?.kernel.dispose(reason);
    entry?.client.dispose();
    await entry?.status.written();
  }

  #writerOf(sessionId: string): StatusWriter {
    const { rows, log } = this.#deps;
    return new StatusWriter((status, reason) =>
      rows
        .setStatus(sessionId, status, reason)
        .catch((err) => log.error({ err, sessionId }, 'the status of a session was not written')),
    );
  }

  #follow(sessionId: string, entry: LiveSession): void {
    entry.kernel.onStatus((status, detail) => {
      if (this.#live.get(sessionId) !== entry) return;
      if (status === 'dead') void this.disconnect(sessionId);
      if (status !== 'idle') entry.restartReason = detail?.reason ?? null;
      entry.status.set(status, entry.restartReason);
      if (detail?.reason === 'kernel_died') {
        this.#explainDeath(entry).catch((err) =>
          this.#deps.log.warn({ err, sessionId }, 'the death of a kernel was not explained'),
        );
      }
    });
  }

  /** Writes `out_of_memory` in place of `kernel_died`, unless a cell has run since. */
  async #explainDeath(entry: LiveSession): Promise<void> {
    const isOfMemory = await this.#deps.diedOfMemory(entry.workerId);
    if (!isOfMemory || entry.restartReason !== 'kernel_died') return;
    entry.restartReason = 'out_of_memory';
    entry.status.set(entry.kernel.status, entry.restartReason);
  }
}
