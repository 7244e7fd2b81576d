import type { RequestContext } from '../../context.js';
import type { PrismaService } from '../../engines/database/prisma-service.js';
import type { CommMessage } from '../../engines/kernels/kernel-comms.js';
import type { SessionServices } from '../../sessions/session-services.js';
import { checkAll } from '../../validation/check-all.js';
import { checkUuid } from '../../validation/check-input.js';
import { jsonSize } from '../event-codec.js';
import type { ExecutionServices } from '../execution-services.js';
import { loadRunnableSession } from '../load-runnable-session.js';
import { checkBuffers, checkCommMessage } from './check-comm-message.js';
import type { KernelWidgets } from './kernel-widgets.js';

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
  /** A UUID that names the message in what it causes; default a new one. */
  messageId?: string | null;
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
    const { commId } = message;
    const opening = await findOpening(services, session.id, widgets, message);
    const executionId = opening ?? (await findNewest(services, session.id));
    widgets.send(message, executionId, input.messageId?.toLowerCase());
    return { commId, executionId: executionId ?? null };
  } finally {
    left();
  }
}

async function checkMessage(input: CommMessageInput): Promise<CommMessage> {
  const { type } = input;
  const {
    targetName,
    buffers,
    messageId: _,
    ...checked
  } = await checkAll({
    commId: () => checkCommMessage.commId(input.commId),
    targetName: () => checkCommMessage.target(type, input.targetName),
    data: () => checkCommMessage.data(input.data ?? {}),
    metadata: () => checkCommMessage.metadata(input.metadata ?? {}),
    buffers: () => checkBuffers(input.buffers ?? []),
    messageId: () => input.messageId != null && checkUuid(input.messageId, 'messageId'),
  });
  const bytes = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const size = jsonSize(checked.data) + jsonSize(checked.metadata) + bytes;
  return { type, ...checked, ...(targetName === null ? {} : { targetName }), buffers, size };
}

/** The execution of the session that opened a comm: by what this process has seen, else by the logs. */
async function findOpening(
  { prisma }: PrismaService,
  sessionId: string,
  widgets: KernelWidgets,
  { type, commId }: CommMessage,
): Promise<string | undefined> {
  const seen = widgets.executionOf(commId);
  if (seen !== undefined) {
    const execution = await prisma.execution.findFirst({
      where: { id: seen, sessionId },
      select: { id: true },
    });
    return execution?.id;
  }
  if (type === 'comm_open' || widgets.knowsExecutions) return undefined;
  // The entries of the logs begin with the id. A pattern would match others too, where the id has a percent sign.
  const start = `${JSON.stringify({ comm_id: commId }).slice(0, -1)},`;
  const [opening] = await prisma.$queryRaw<{ executionId: string }[]>`
    SELECT e."executionId"::text AS "executionId"
    FROM "Execution" x JOIN "ExecutionEvent" e ON e."executionId" = x."id"
    WHERE x."sessionId" = ${sessionId}::uuid AND e."type" = 'comm_open'
      AND left(e."data", length(${start}::text)) = ${start}
    LIMIT 1`;
  return opening?.executionId;
}

/** The newest execution of the session that a kernel got. */
async function findNewest({ prisma }: PrismaService, sessionId: string): Promise<string | undefined> {
  const newest = await prisma.execution.findFirst({
    where: { sessionId, startedAt: { not: null } },
    orderBy: { position: 'desc' },
    select: { id: true },
  });
  return newest?.id;
}
