import type { KernelMessage } from '@jupyterlab/services';
import { LRUCache } from 'lru-cache';
import type { IncomingMessage } from './decode-message.js';

/** The maximum number of open requests. The oldest is dropped first, as a request that was lost is never answered. */
const maxOpen = 16;

interface OpenRequest<T> {
  context: T;
  reply: boolean;
  idle: boolean;
}

/**
 * Matches the `kernel_info_request`s of a connection, the gateway's and those that the library sends at each connect, with
 * their answers. An answer is complete when both the reply and the idle status have arrived. By then the kernel has
 * processed every earlier request and sent its output.
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#kernel-info
 */
export class KernelInfoRequests<T> {
  readonly #open = new LRUCache<string, OpenRequest<T>>({ max: maxOpen });

  /** Call for every message that is sent; {@link received} returns `context` with the answer. */
  sent(message: KernelMessage.IMessage, context: T): void {
    if (message.header.msg_type !== 'kernel_info_request') return;
    this.#open.set(message.header.msg_id, { context, reply: false, idle: false });
  }

  /** Call for every message that arrives. Returns the context of the request whose answer it completes. */
  received(message: IncomingMessage): { context: T } | undefined {
    const { msg_id: id } = message.parent_header as { msg_id: string };
    const request = this.#open.peek(id);
    if (!request) return undefined;
    if (message.channel === 'shell') request.reply = true;
    if (message.event?.type === 'status' && message.event.execution_state === 'idle') request.idle = true;
    if (!request.reply || !request.idle) return undefined;
    this.#open.delete(id);
    return { context: request.context };
  }

  /** Forgets the open requests, because the kernel that would answer them is gone. */
  clear(): void {
    this.#open.clear();
  }
}
