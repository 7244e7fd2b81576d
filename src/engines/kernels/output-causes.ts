import type { IncomingMessage } from './decode-message.js';

/** The requests whose output belongs to them, whatever came after them. */
const running: ReadonlySet<string> = new Set(['execute_request', 'comm_open', 'comm_msg', 'comm_close']);

/** What ipykernel 7.4 logs as a message arrives on a comm that is not open, beside what the message's request itself prints. */
const unknownComm = /^(No such comm: .*\n)+$/;

/**
 * Finds the requests that caused the messages of one kernel. What a child process prints has the newest request of all as its
 * parent, e.g. one that asks for a completion: it belongs to the newest that runs code.
 */
export class OutputCauses {
  #newestRun: string | undefined;

  /** @param isNew whether the kernel is new, so that no code has run before; default false */
  constructor(isNew = false) {
    if (isNew) this.#newestRun = '';
  }

  /**
   * Call for every message, in order.
   * @returns the `msg_id` of the request; undefined for output of the newest run where no run has begun since the first call;
   *   empty for what no code has printed
   */
  of(message: IncomingMessage): string | undefined {
    const { event } = message;
    const { msg_id: parentId, msg_type: type } = message.parent_header as {
      msg_id: string;
      msg_type: string;
    };
    if (parentId === '' && event?.type === 'stream' && unknownComm.test(event.text)) return parentId;
    const isOfParent = event === undefined || event.type === 'status';
    if (event?.type === 'status' && event.execution_state === 'busy' && isAboutRun(message))
      this.#newestRun = parentId;
    return isOfParent || running.has(type) ? parentId : this.#newestRun;
  }
}

/** Whether a message is about a request to run code. */
export function isAboutRun({ parent_header: parent }: IncomingMessage): boolean {
  return (parent as { msg_type?: string }).msg_type === 'execute_request';
}
