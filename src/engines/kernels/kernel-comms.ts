import { type Kernel, KernelMessage } from '@jupyterlab/services';
import { DomainError, invalidField } from '../../errors.js';
import type { IncomingMessage } from './decode-message.js';
import { runtimeUnavailable } from './runtime-unavailable.js';
import type { StatusTracker } from './status-tracker.js';

/** What may wait until the kernel has handled it: messages, and the bytes of all of them. */
const maxWaiting = 200;
const maxWaitingBytes = 32 * 1024 * 1024;

type ShellOptions = KernelMessage.IOptions<KernelMessage.ICommMsgMsg<'shell'>>;

/** A message on a comm, from a client to the kernel. */
export interface CommMessage {
  type: 'comm_open' | 'comm_msg' | 'comm_close';
  commId: string;
  /** Of a `comm_open`: who handles the comm in the kernel. */
  targetName?: string;
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  buffers: readonly Uint8Array[];
  /** Of all of it, in bytes, about. */
  size: number;
}

/** What {@link KernelComms} work with. */
export interface KernelCommsDeps {
  connection: Kernel.IKernelConnection;
  /** The session id of the connection. */
  clientId: string;
  status: StatusTracker;
  /** See `KernelDeps.isNew`. */
  isNew: boolean;
}

/**
 * Sends messages on comms. A kernel handles them one after the other, between its cells, and replies to none; each counts as
 * waiting until the kernel is idle behind it.
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#custom-messages
 */
export class KernelComms {
  /** The sizes of the messages that wait, by their ids. */
  readonly #waiting = new Map<string, number>();
  #waitingBytes = 0;

  readonly #deps: KernelCommsDeps;
  #isNew: boolean;

  constructor(deps: KernelCommsDeps) {
    this.#deps = deps;
    this.#isNew = deps.isNew;
    deps.status.listen((status) => {
      if (status === 'restarting') this.#forget();
    });
  }

  /**
   * Whether this connection has seen everything that the kernel's process sent; otherwise the kernel may have unknown comms.
   */
  get hasSeenAll(): boolean {
    return this.#isNew;
  }

  /** Call for every message that arrives. */
  received({ event, parent_header: parent }: IncomingMessage): void {
    if (this.#waiting.size === 0 || event?.type !== 'status' || event.execution_state !== 'idle') return;
    const { msg_id: id } = parent as { msg_id: string };
    const size = this.#waiting.get(id);
    if (size === undefined) return;
    // What was sent before is handled too, also where its idle status was lost.
    for (const [earlier, earlierSize] of this.#waiting) {
      this.#waiting.delete(earlier);
      this.#waitingBytes -= earlierSize;
      if (earlier === id) return;
    }
  }

  /**
   * Sends a message. What it causes has its id as that of the parent.
   * @throws DomainError `overloaded` while too many wait, `runtime_unavailable` while the kernel is not connected;
   *   FieldError `invalid_request` naming `messageId` while a message with this id waits
   */
  send({ type, commId, targetName, data, metadata, buffers, size }: CommMessage, msgId: string): void {
    const { connection, clientId: session } = this.#deps;
    // The library would keep the message until it is connected again, perhaps to another process of the kernel.
    if (connection.connectionStatus !== 'connected' || connection.status === 'dead')
      throw runtimeUnavailable(
        'The kernel cannot be reached at the moment; send the message again in a few seconds.',
      );
    if (this.#waiting.has(msgId)) throw invalidField('messageId', 'is that of a message that waits already');
    if (this.#waiting.size >= maxWaiting || this.#waitingBytes + size > maxWaitingBytes)
      throw new DomainError(
        'overloaded',
        'Too many comm messages wait for this kernel; send it again later.',
        {
          retryAfterSeconds: 1,
        },
      );
    const target = type === 'comm_open' ? { target_name: targetName ?? '' } : {};
    const content = { comm_id: commId, ...target, data };
    // The library's types know the numbers of `JSON.parse` only.
    const options = {
      channel: 'shell',
      msgType: type,
      msgId,
      session,
      content,
      metadata,
      buffers,
    } as unknown;
    this.#waiting.set(msgId, size);
    this.#waitingBytes += size;
    connection.sendShellMessage(KernelMessage.createMessage(options as ShellOptions)).dispose();
  }

  #forget(): void {
    this.#isNew = true;
    this.#waiting.clear();
    this.#waitingBytes = 0;
  }
}
