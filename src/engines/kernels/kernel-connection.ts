import { KernelMessage } from '@jupyterlab/services';
import { DomainError } from '../../errors.js';
import { orAborted } from '../events/reject-on-abort.js';
import { guardConnection } from './connection-monitor.js';
import type { IncomingMessage } from './decode-message.js';
import type { JupyterEndpoint } from './jupyter-endpoint.js';
import type { JupyterRest } from './jupyter-rest.js';
import { createKernelQuestions } from './kernel-info-requests.js';
import { KernelGone, type KernelGoneReason } from './kernel-lost-error.js';
import { createKernelRequests } from './kernel-rest-api.js';
import { createKernelRun, type KernelRun } from './kernel-run.js';
import { watchedSocket } from './kernel-sockets.js';
import type { KernelConnection } from './kernel-status.js';
import { openLibraryConnection } from './open-library-connection.js';
import { createStatusTracker } from './status-tracker.js';

/** How long a kernel may take until it answers, at its start and after a restart. */
const readyMs = 60_000;
const askAgainMs = 2_000;
/** How long an interrupt waits for a run that the kernel has not begun; it ignores a signal that comes too early. */
const begunMs = 2_000;

/**
 * Opens the owner connection of a kernel that exists.
 * @param options.busy whether it runs a cell now: then it cannot answer, and the connection is ready once it stands
 * @returns the connection, idle or busy
 * @throws DomainError `runtime_unavailable`, and what `signal` was aborted with
 */
export async function openKernel(options: {
  endpoint: JupyterEndpoint;
  rest: JupyterRest;
  model: { id: string; name: string };
  busy: boolean;
  clientId: string;
  signal: AbortSignal;
}): Promise<KernelConnection> {
  const { rest, model, clientId, signal } = options;
  const requests = createKernelRequests(rest, model.id);
  const tracker = createStatusTracker();
  const questions = createKernelQuestions<KernelRun | undefined>();
  const { Socket, watch } = watchedSocket(options.endpoint.token);
  const connection = openLibraryConnection({ ...options, socket: Socket });
  let run: KernelRun | undefined;
  let restarting: Promise<void> | undefined;
  let shutDown: Promise<void> | undefined;

  /** Asks a kernel that starts until it answers: a question that comes too early is never answered. */
  const asking = setInterval(() => {
    if (tracker.status === 'starting' || tracker.status === 'restarting') ask();
  }, askAgainMs);

  const unguard = guardConnection({
    connection,
    watch,
    // A restart finds out by itself.
    exists: async () => (await requests.exists()) || restarting !== undefined,
    pardoned: () => tracker.status === 'restarting',
    lost: end,
  });

  function ask(): void {
    if (connection.connectionStatus === 'connected') void connection.requestKernelInfo();
  }

  function close(): void {
    clearInterval(asking);
    unguard();
    connection.dispose();
  }

  /** Ends the connection for good. */
  function end(reason: KernelGoneReason): void {
    close();
    run?.fail(new KernelGone(reason));
    tracker.set('dead', { reason });
  }

  function becomeRestarting(reason: 'kernel_died' | 'restarted'): void {
    questions.clear();
    run?.fail(new KernelGone(reason));
    tracker.set('restarting', reason === 'kernel_died' ? { reason } : undefined);
  }

  /** The server, or somebody else, starts the kernel again: what it had in memory and what it ran are gone. */
  function restartsUnasked(): void {
    if (tracker.status === 'starting' || tracker.status === 'restarting') return;
    becomeRestarting('kernel_died');
    tracker.until(['idle'], readyMs).catch(() => end('kernel_died'));
  }

  function onLifecycle(state: string): void {
    if (state === 'dead') end('kernel_died');
    else if (state === 'restarting' || state === 'starting') restartsUnasked();
  }

  connection.connectionStatusChanged.connect((_, state) => {
    if (options.busy && state === 'connected' && tracker.status === 'starting') tracker.set('busy');
  });

  connection.anyMessage.connect((_, { msg, direction }) => {
    if (direction === 'send') return questions.sent(msg, run);
    const message = msg as IncomingMessage;
    run?.take(message);
    const answered = questions.arrived(message);
    if (answered) {
      if (answered.context && answered.context === run && !run.proven())
        run.fail(new KernelGone('connection_lost'));
      if (!run) tracker.set('idle');
    }
    if (message.leaving) restartsUnasked();
    if (message.header.msg_type !== 'status') return;
    const { event } = message;
    if (event?.type !== 'status')
      onLifecycle((message.content as { execution_state: string }).execution_state);
    else if (isAboutRun(message) && tracker.status !== 'restarting') tracker.set(event.execution_state);
  });

  async function restart(): Promise<void> {
    becomeRestarting('restarted');
    try {
      // The second never resolves: it ends the wait when the guard finds the server gone meanwhile.
      await Promise.race([connection.restart(), tracker.until([], readyMs)]);
      await tracker.until(['idle'], readyMs);
    } catch (cause) {
      if (cause instanceof KernelGone) {
        close();
        throw cause;
      }
      end('kernel_died');
      throw unavailable('The kernel could not be restarted; restart the session once more.', cause);
    }
  }

  async function stopKernel(): Promise<void> {
    // First, as a kernel that ends may still reply that it was interrupted.
    run?.fail(new KernelGone('shutdown'));
    await requests.remove();
    end('shutdown');
  }

  const kernel: KernelConnection = {
    kernelId: model.id,
    get status() {
      return tracker.status;
    },
    onStatus: tracker.listen,

    async execute({ code, stopOnError, messageId }, onEvent) {
      if (run) throw new Error('A run is going on; the caller is to queue.');
      if (tracker.status === 'dead' || connection.isDisposed) throw new KernelGone('connection_lost');
      if (shutDown) throw new KernelGone('shutdown');
      if (tracker.status === 'restarting') throw new KernelGone('restarted');
      const request = KernelMessage.createMessage({
        msgType: 'execute_request',
        channel: 'shell',
        msgId: messageId,
        session: clientId,
        content: {
          code,
          silent: false,
          store_history: true,
          user_expressions: {},
          allow_stdin: false,
          stop_on_error: stopOnError,
        },
      });
      const current = createKernelRun({ messageId, clientId, onEvent, ask });
      run = current;
      tracker.set('busy');
      try {
        const future = connection.sendShellMessage(request, true);
        future.done.catch(() => {});
        try {
          return await current.done;
        } finally {
          future.dispose();
        }
      } finally {
        run = undefined;
        if (tracker.status === 'busy') tracker.set('idle');
      }
    },

    async interrupt() {
      if (run) await orAborted(run.begun, AbortSignal.timeout(begunMs)).catch(() => {});
      try {
        await requests.interrupt();
      } catch (cause) {
        throw unavailable('The kernel could not be interrupted; restart the session.', cause);
      }
    },

    async restart() {
      if (tracker.status === 'dead') throw unavailable('The kernel is dead; start a new session.', undefined);
      restarting ??= restart().finally(() => {
        restarting = undefined;
      });
      return restarting;
    },

    shutdown() {
      shutDown ??= stopKernel().catch((cause) => {
        shutDown = undefined;
        throw unavailable('The kernel could not be shut down; stop its worker.', cause);
      });
      return shutDown;
    },

    dispose(reason = 'connection_lost') {
      close();
      run?.fail(new KernelGone(reason));
    },
  };

  try {
    await tracker.until(['idle', 'busy'], readyMs, signal);
    return kernel;
  } catch (cause) {
    kernel.dispose();
    signal.throwIfAborted();
    throw unavailable('The kernel did not answer in time; try again, or restart its worker.', cause);
  }
}

/** Other requests make a kernel busy for a moment too. */
function isAboutRun(message: IncomingMessage): boolean {
  return (message.parent_header as { msg_type?: string }).msg_type === 'execute_request';
}

function unavailable(message: string, cause: unknown): DomainError {
  return new DomainError('runtime_unavailable', message, { cause });
}
