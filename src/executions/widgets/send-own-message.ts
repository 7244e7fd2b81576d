import type { CommMessage } from '../../engines/kernels/kernel-comms.js';
import type { KernelConnection } from '../../engines/kernels/kernel-connection.js';
import { jsonSize } from '../event-codec.js';
import { commMessageId } from './comm-message-id.js';

/**
 * Sends a message of the gateway itself on a comm, without buffers.
 * @param executionId the execution to whose log belongs what it causes; undefined for none
 * @throws DomainError `overloaded`, `runtime_unavailable`
 */
export function sendOwnMessage(
  kernel: KernelConnection,
  message: Pick<CommMessage, 'type' | 'commId' | 'data'> & Partial<CommMessage>,
  executionId?: string,
): void {
  const size = jsonSize(message.data);
  kernel.comms.send({ metadata: {}, buffers: [], size, ...message }, commMessageId('sync', executionId));
}
