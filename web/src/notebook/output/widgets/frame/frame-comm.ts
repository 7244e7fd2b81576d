import { type ICallbacks, uuid } from '@jupyter-widgets/base';
import { base64ToBuffer, bufferToBase64 } from '@jupyter-widgets/base-manager';
import type { WidgetMessage } from '../widget-messages.js';
import type { CommChange } from '../widget-models.js';

/** What a model gets as a message of its kernel. */
type Listener = (message: unknown) => void;

/** The comm of one model: the page has the connection to the kernel. */
export class FrameComm {
  readonly comm_id: string;
  readonly target_name = 'jupyter.widget';
  readonly #send: (message: WidgetMessage) => void;
  /** By the id of a message that is on its way, what its model hears when the kernel has it. */
  readonly #callbacks = new Map<string, ICallbacks | undefined>();
  #onMessage: Listener = () => {};
  #onClose: Listener = () => {};

  constructor(commId: string, send: (message: WidgetMessage) => void) {
    this.comm_id = commId;
    this.#send = send;
  }

  /** The kernel has opened it already. */
  open(): string {
    return '';
  }

  /** Widgets are closed by their kernel only. */
  close(): string {
    return '';
  }

  on_msg(listener: Listener): void {
    this.#onMessage = listener;
  }

  on_close(listener: Listener): void {
    this.#onClose = listener;
  }

  /** Sends a message to the kernel. @returns its id */
  send(
    data: unknown,
    callbacks?: ICallbacks,
    _metadata?: unknown,
    buffers: readonly (ArrayBuffer | ArrayBufferView)[] = [],
  ): string {
    const messageId = uuid();
    this.#callbacks.set(messageId, callbacks);
    const texts = buffers.map((one) => bufferToBase64(one instanceof ArrayBuffer ? one : copyOf(one)));
    this.#send({ type: 'send', commId: this.comm_id, data, buffers: texts, messageId });
    return messageId;
  }

  /** The kernel has a message, or it was refused: the model may send the next one. */
  sent(messageId: string): void {
    const callbacks = this.#callbacks.get(messageId);
    this.#callbacks.delete(messageId);
    // Models wait for the idle status of the kernel before they send the next change.
    callbacks?.iopub?.status?.({ content: { execution_state: 'idle' } } as never);
  }

  /** The kernel said something on it. */
  received({ commId, data, buffers, messageId }: Omit<CommChange, 'kind'>): void {
    this.#onMessage({
      header: { msg_type: 'comm_msg' },
      parent_header: { msg_id: messageId ?? '' },
      content: { comm_id: commId, data: structuredClone(data) },
      buffers: buffers.map((text) => new DataView(base64ToBuffer(text))),
    });
  }

  /** The kernel has closed it. */
  closed(): void {
    this.#onClose({ content: { comm_id: this.comm_id, data: {} } });
  }
}

function copyOf(view: ArrayBufferView): ArrayBuffer {
  const bytes = new Uint8Array(view.byteLength);
  bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return bytes.buffer;
}
