import type { IncomingMessage } from './decode-message.js';

const noHeader = { msg_id: '', msg_type: 'ignored', session: '', username: '', version: '', date: '' };

/**
 * Creates the message that stands for output which the relay dropped, because its spool was full.
 * @param parentMessageId the run that the output belonged to
 * @param position of the report in the spool
 */
export function droppedMessage(count: number, parentMessageId: string, position: number): IncomingMessage {
  return {
    channel: 'iopub',
    header: noHeader,
    parent_header: { ...noHeader, msg_id: parentMessageId },
    metadata: {},
    content: {},
    buffers: [],
    event: { type: 'output_lost', count, reason: 'not_delivered' },
    restarting: false,
    position,
    dropped: count,
  } as unknown as IncomingMessage;
}
