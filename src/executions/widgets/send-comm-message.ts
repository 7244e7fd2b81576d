import type { RequestContext } from '../../context.js';
import type { PrismaService } from '../../engines/database/prisma-service.js';
import type { CommMessage } from '../../engines/kernels/kernel-comms.js';
import type { SessionServices } from '../../sessions/session-services.js';
import { checkAll } from '../../validation/check-all.js';
import { jsonSize } from '../event-codec.js';
import type { ExecutionServices } from '../execution-services.js';
import { loadRunnableSession } from '../load-runnable-session.js';
import { checkBuffers, checkCommMessage } from './check-comm-message.js';

/** A message on a comm as a client sends it. */
export interface CommMessageInput {
  type: CommMessage['type'];
  commId: string;
  /** Needed in a `comm_open`, and only there. */
  targetName?: string | null;
  /** An object; default empty. */
  data?: unknown;
  /** An object; default empty. */
  metadata?: unknown;
  /** As base64; default none. */
  buffers?: readonly string[] | null;
}

/** A message that the kernel is going to handle. */
export interface SentCommMessage {
  commId: string;
  /** The execution whose log gets what the message causes; null where the session has run nothing yet. */
  executionId: string | null;
}

/**
 * Sends a message on a comm to the kernel of a session, which handles it when it has run the cells that it has. Kernels do not
 * reply to one: what it causes is late output of the execution that opened the comm; for a comm of a client, of the newest one.
 * The caller needs the scope `execute` and `can_edit`, and must have started the session or be a space admin.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request`, `workspace_archived`,
 *   `worker_not_live`, `session_dead`, `kernel_busy` while the kernel starts, `overloaded`, `runtime_unavailable`
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#custom-messages
 */
export async function sendCommMessage(
  services: ExecutionServices & Pick<SessionServices, 'sessions'>,
  ctx: RequestContext,
  { spaceSlug, sessionId }: { spaceSlug: string; sessionId: string },
  input: CommMessageInput,
): Promise<SentCommMessage> {
  const { session, assertRunnable } = await loadRunnableSession(services, ctx, spaceSlug, sessionId);
  const message = await checkMessage(input);
  assertRunnable(0);
  const left = services.sessions.viewerCame(session.id, session.workerId);
  try {
    const widgets = await services.executor.widgets(session.id);
    const { type, commId } = message;
    const executionId =
      widgets.executionOf(commId) ??
      (await findExecution(services, session.id, type === 'comm_open' ? null : commId));
    widgets.send(message, executionId);
    return { commId, executionId: executionId ?? null };
  } finally {
    left();
  }
}

async function checkMessage(input: CommMessageInput): Promise<CommMessage> {
  const { type } = input;
  const { targetName, buffers, ...checked } = await checkAll({
    commId: () => checkCommMessage.commId(input.commId),
    targetName: () => checkCommMessage.target(type, input.targetName),
    data: () => checkCommMessage.data(input.data ?? {}),
    metadata: () => checkCommMessage.metadata(input.metadata ?? {}),
    buffers: () => checkBuffers(input.buffers ?? []),
  });
  const bytes = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const size = jsonSize(checked.data) + jsonSize(checked.metadata) + bytes;
  return { type, ...checked, ...(targetName === null ? {} : { targetName }), buffers, size };
}

/** The execution that opened a comm, by the logs; else the newest one of the session that a kernel got. */
async function findExecution(
  { prisma }: PrismaService,
  sessionId: string,
  commId: string | null,
): Promise<string | undefined> {
  const opening =
    commId === null
      ? null
      : await prisma.executionEvent.findFirst({
          where: {
            ...{ type: 'comm_open', execution: { sessionId } },
            data: { contains: JSON.stringify({ comm_id: commId }).slice(1, -1) },
          },
          select: { executionId: true },
        });
  if (opening) return opening.executionId;
  const newest = await prisma.execution.findFirst({
    where: { sessionId, startedAt: { not: null } },
    orderBy: { position: 'desc' },
    select: { id: true },
  });
  return newest?.id;
}
