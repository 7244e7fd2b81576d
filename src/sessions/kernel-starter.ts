import type { Logger } from 'pino';
import type { PrismaClient, Session } from '../../prisma/generated/client/client.js';
import { JupyterClient } from '../engines/kernels/jupyter-client.js';
import type { KernelConnection } from '../engines/kernels/kernel-connection.js';
import { DomainError, notFound } from '../errors.js';
import type { WorkerManager } from '../workers/worker-manager.js';
import type { LiveSessions } from './live-sessions.js';

/** Gives sessions their kernels; one that fails leaves the session's row dead. */
export interface KernelStarter {
  /**
   * Starts a kernel for a session, in place of the one that it had; the row is `idle` then.
   * @throws DomainError `not_found` when the session is deleted, `worker_not_live`, `runtime_unavailable`, and what
   *   `signal` was aborted with
   */
  start(sessionId: string, signal: AbortSignal): Promise<void>;
  /** Connects to a kernel that runs. @throws as {@link KernelStarter.start}; `not_found` when the kernel is gone */
  attach(session: Session, kernelId: string, signal: AbortSignal): Promise<void>;
}

/** Makes a {@link KernelStarter}. */
export function createKernelStarter(deps: {
  prisma: PrismaClient;
  workers: WorkerManager;
  live: LiveSessions;
  log: Logger;
}): KernelStarter {
  const { prisma, workers, live, log } = deps;

  async function connect(
    session: Session,
    attempt: (client: JupyterClient) => Promise<KernelConnection>,
  ): Promise<void> {
    let client: JupyterClient | undefined;
    try {
      const endpoint = workers.endpoint(session.workerId);
      if (!endpoint) throw new DomainError('worker_not_live', 'The worker of this session has stopped.');
      client = new JupyterClient(endpoint);
      await live.take(session, client, await attempt(client));
    } catch (error) {
      client?.dispose();
      await live.setStatus(session.id, 'dead', 'start_failed');
      throw error;
    }
  }

  return {
    async start(sessionId, signal) {
      const session = await prisma.session.findUnique({ where: { id: sessionId } });
      if (!session || session.deletedAt) throw notFound('The session');
      const { kernelName, path, clientId, kernelId: former } = session;
      await connect(session, async (client) => {
        // A session that died as its connection was lost may have left its kernel behind.
        if (former) {
          client
            .removeKernel(former)
            .catch((err) => log.warn({ err, sessionId }, 'a former kernel did not shut down'));
        }
        const kernel = await client.startKernel({ kernelName, path: path ?? '', clientId, signal });
        try {
          const data = { kernelId: kernel.kernelId };
          await prisma.session.update({ where: { id: sessionId }, data });
          return kernel;
        } catch (error) {
          await kernel.shutdown().catch(() => {});
          throw error;
        }
      });
    },

    attach: (session, kernelId, signal) =>
      connect(session, (client) => client.attachKernel({ kernelId, clientId: session.clientId, signal })),
  };
}
