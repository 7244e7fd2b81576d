import type { Logger } from 'pino';
import type { Session } from '../../prisma/generated/client/client.js';
import { isOutage } from '../engines/database/until-answered.js';
import type { JupyterClient } from '../engines/kernels/jupyter-client.js';
import type { KernelConnection } from '../engines/kernels/kernel-connection.js';
import { DomainError } from '../errors.js';
import type { LostKernel } from './lost-kernels.js';
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
  startedAt: number;
  /** Its caller ends the kernel and starts another one: the row does not follow this one any more. */
  isReplaced?: boolean;
}

/** What {@link LiveSessions} work with. */
export interface LiveSessionsDeps {
  rows: SessionRows;
  log: Logger;
  /** See `WorkerManager.diedOfMemory`. */
  diedOfMemory(workerId: string): Promise<boolean>;
  /** Called when the server of a worker does not answer a session. */
  silent(workerId: string): void;
  /** A session has this kernel from now on. Must not throw. */
  connected(sessionId: string, kernel: KernelConnection): void;
  /** Starts another kernel for a session whose kernel has exited. Never throws. */
  startNext(sessionId: string): void;
  /** Ends the kernel of a session that was given up, and may run on. Never throws. */
  endLost(lost: LostKernel): void;
}

/** This many kernels of a session may exit shortly after their start before no other is started. */
const maxShortLives = 5;
/** In milliseconds. */
const shortLife = 10_000;

/** The sessions whose kernels this process is connected to. Their rows follow the status of the kernels. */
export class LiveSessions {
  readonly #live = new Map<string, LiveSession>();
  /** The sessions whose kernel has exited, until the next one has started. */
  readonly #exited = new Map<string, { reason: string }>();
  readonly #shortLives = new Map<string, number>();

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
    const restartReason = this.#exited.get(session.id)?.reason ?? null;
    this.#exited.delete(session.id);
    const { workerId } = session;
    const entry: LiveSession = { workerId, client, kernel, status, restartReason, startedAt: Date.now() };
    this.#live.set(session.id, entry);
    this.#deps.connected(session.id, kernel);
    this.#follow(session.id, entry);
    entry.status.set(kernel.status, restartReason);
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
    this.#exited.delete(sessionId);
    this.#shortLives.delete(sessionId);
    entry?.status.cancel();
    return entry;
  }

  /**
   * Removes a session whose kernel the caller ends and replaces; see {@link remove}. Resolves when its row is `restarting`, so
   * that cells wait for the next kernel.
   */
  async removeReplaced(sessionId: string): Promise<LiveSession | undefined> {
    const entry = this.#live.get(sessionId);
    if (!entry) return undefined;
    entry.isReplaced = true;
    entry.restartReason = null;
    entry.status.set('restarting', null);
    await entry.status.flush();
    return this.remove(sessionId);
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
    const writer: StatusWriter = new StatusWriter(async (status, reason) => {
      const current = this.#live.get(sessionId);
      // The end of a kernel that could not be written before there was another one.
      if (current && current.status !== writer) return true;
      try {
        await rows.setStatus(sessionId, status, reason);
        return true;
      } catch (err) {
        log.error({ err, sessionId }, 'the status of a session was not written');
        return !isOutage(err);
      }
    });
    return writer;
  }

  #follow(sessionId: string, entry: LiveSession): void {
    entry.kernel.monitor.onSilence(() => this.#deps.silent(entry.workerId));
    entry.kernel.onStatus((status, detail) => {
      if (this.#live.get(sessionId) !== entry || entry.isReplaced) return;
      if (status === 'dead' && detail?.hasExited && this.#mayStartNext(sessionId, entry)) {
        this.#onExit(sessionId, entry);
        return;
      }
      if (status === 'dead') void this.disconnect(sessionId);
      if (status === 'dead' && !detail?.hasExited && detail?.reason !== 'shutdown')
        this.#deps.endLost({ sessionId, workerId: entry.workerId, kernelId: entry.kernel.kernelId });
      if (status !== 'idle') entry.restartReason = detail?.reason ?? null;
      entry.status.set(status, entry.restartReason);
      if (detail?.reason === 'kernel_died') this.#explainDeath(sessionId, entry);
    });
  }

  #mayStartNext(sessionId: string, { startedAt }: LiveSession): boolean {
    const shortLives = Date.now() - startedAt < shortLife ? (this.#shortLives.get(sessionId) ?? 0) + 1 : 0;
    if (shortLives === 0 || shortLives > maxShortLives) this.#shortLives.delete(sessionId);
    else this.#shortLives.set(sessionId, shortLives);
    return shortLives <= maxShortLives;
  }

  /** The entry stays until the next kernel has started, so that cells wait for it. */
  #onExit(sessionId: string, entry: LiveSession): void {
    entry.client.dispose();
    entry.restartReason = 'kernel_died';
    this.#exited.set(sessionId, { reason: entry.restartReason });
    entry.status.set('restarting', entry.restartReason);
    this.#deps.startNext(sessionId);
    this.#explainDeath(sessionId, entry);
  }

  /** Writes `out_of_memory` in place of `kernel_died` where that is why, unless a cell has run since. */
  #explainDeath(sessionId: string, entry: LiveSession): void {
    const explain = async () => {
      if (!(await this.#deps.diedOfMemory(entry.workerId))) return;
      const exit = this.#exited.get(sessionId);
      if (exit) exit.reason = 'out_of_memory';
      const current = this.#live.get(sessionId) ?? entry;
      if (current.restartReason !== 'kernel_died') return;
      current.restartReason = 'out_of_memory';
      current.status.set(exit ? 'restarting' : current.kernel.status, current.restartReason);
    };
    explain().catch((err) =>
      this.#deps.log.warn({ err, sessionId }, 'the death of a kernel was not explained'),
    );
  }
}
