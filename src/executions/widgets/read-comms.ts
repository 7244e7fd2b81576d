import { runtimeUnavailable } from '../../engines/kernels/runtime-unavailable.js';
import { DomainError } from '../../errors.js';
import type { ExecutionServices } from '../execution-services.js';
import type { CommItem } from './comm-feed.js';
import type { WidgetState } from './widget-state.js';

/** What happened on the comms of a session, or the state of its widgets where that is needed instead. */
export interface CommPage {
  /** What to read after next. */
  cursor: string;
  /** In place of all that the reader knows, before `items`; null where the kernel is dead. Left out where it goes on. */
  state?: WidgetState | null;
  items: CommItem[];
}

/** The cursor of a session whose kernel is dead. */
const dead = 'dead';

/**
 * Reads what happened on the comms of a session after a cursor, at most 256 messages and 1 MiB. Where they are not kept any
 * more, which are the last 1,000 and 4 MiB while somebody reads, the answer has the state of the widgets. The caller has
 * authorized the session.
 * @param after the cursor of the answer before; null for the state
 * @throws DomainError `kernel_busy` while the kernel starts, and while it runs a cell that an earlier process of the gateway
 *   began; `overloaded`; `runtime_unavailable`, also while this process is not connected to a kernel that lives
 */
export async function readComms(
  { executor, prisma }: Pick<ExecutionServices, 'executor' | 'prisma'>,
  sessionId: string,
  after: string | null,
): Promise<CommPage> {
  try {
    const widgets = await executor.widgets(sessionId);
    return await widgets.read(after);
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'session_dead') throw error;
    const select = { status: true, deletedAt: true };
    const row = await prisma.session.findUnique({ where: { id: sessionId }, select });
    if (row && row.status !== 'dead' && !row.deletedAt)
      throw runtimeUnavailable('The kernel cannot be read at the moment; try again in a few seconds.');
    return { cursor: dead, items: [], ...(after === dead ? {} : { state: null }) };
  }
}
