import type { KernelMessage } from '@jupyterlab/services';

/**
 * Gives the answer to a request for input an id that follows from the request, so that a relay passes it on once, however often
 * and by whichever gateway it is sent. Returns other messages as they are.
 */
export function withReplyId(message: KernelMessage.IMessage): KernelMessage.IMessage {
  if (message.header.msg_type !== 'input_reply') return message;
  const { msg_id: requestId } = message.parent_header as { msg_id: string };
  return { ...message, header: { ...message.header, msg_id: `${requestId}-reply` } } as typeof message;
}
