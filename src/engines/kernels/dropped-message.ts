import type { IncomingMessage } from './decode-message.js';
import type { LostOutput } from './kernel-relay.js';

const noHeader = { msg_id: '', msg_type: 'ignored', session: '', username: '', version: '', date: '' };

/** Creates the message that stands for output which the relay dropped, because its spool was full. */
export function droppedMessage({ count, parentId, parentType, position }: LostOutput): IncomingMessage {
  return {
    channel: 'iopub',
    header: noHeader,
    // An older relay does not say the type; as a rule it is a run.
    parent_header: { ...noHeader, msg_id: parentId, msg_type: parentType ?? 'execute_request' },
    metadata: {},
    content: {},
    buffers: [],
    event: { type: 'output_lost', count, reason: 'not_delivered' },
    restarting: false,
    position,
    dropped: count,
  } as unknown as IncomingMessage;
}
