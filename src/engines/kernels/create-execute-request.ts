import { KernelMessage } from '@jupyterlab/services';
import type { KernelEvent } from './kernel-event.js';

/** A request to run code. */
export interface ExecuteRequest {
  code: string;
  /** The `msg_id` of the `execute_request`. */
  messageId: string;
  /** Whether the kernel neither counts it nor keeps it in its history; default false. */
  isSilent?: boolean;
  /**
   * Whether an event of another request, whose `msg_id` is given, is one of the run too while that goes on, as what it causes in
   * the kernel; default none is.
   */
  owns?(event: KernelEvent, parentMessageId: string): boolean;
}

/**
 * Creates the message of an {@link ExecuteRequest}.
 * @param session the session id of the connection
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#execute
 */
export function createExecuteRequest(
  request: ExecuteRequest,
  session: string,
): KernelMessage.IExecuteRequestMsg {
  return KernelMessage.createMessage({
    msgType: 'execute_request',
    channel: 'shell',
    msgId: request.messageId,
    session,
    content: {
      code: request.code,
      silent: request.isSilent ?? false,
      store_history: !request.isSilent,
      user_expressions: {},
      allow_stdin: true,
      // The caller queues. After an error ipykernel would abort what comes within some milliseconds, whoever sent it.
      stop_on_error: false,
    },
  });
}
