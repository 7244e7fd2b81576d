import type { Session } from '../../../prisma/generated/client/client.js';
import { jsonSize } from '../event-codec.js';
import type { ExecutionServices } from '../execution-services.js';
import type { WidgetState } from './widget-state.js';

/**
 * Reads the state of the widgets of a session, so that a late viewer can draw them. The caller has authorized the session.
 * @returns null where the session has no kernel any more; `size` in characters of JSON
 * @throws DomainError `kernel_busy` while the kernel starts, and while it runs a cell that an earlier process of the gateway
 *   began; `overloaded`, `runtime_unavailable`
 */
export async function readWidgetState(
  { executor }: Pick<ExecutionServices, 'executor'>,
  session: Pick<Session, 'id' | 'status' | 'deletedAt'>,
): Promise<{ state: WidgetState | null; size: number }> {
  if (session.status === 'dead' || session.deletedAt) return { state: null, size: 0 };
  const widgets = await executor.widgets(session.id);
  const state = await widgets.state();
  return { state, size: jsonSize(state) };
}
