import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestContext } from '../context.js';
import type { ExecutionServices } from '../executions/execution-services.js';
import { isTemporary } from '../executions/widgets/is-temporary.js';
import { type CommPage, readComms } from '../executions/widgets/read-comms.js';
import { decodeAnswer } from './forwarded-answer.js';
import type { OperationForwarder } from './operation-forwarder.js';
import type { RuntimeOwnership } from './runtime-ownership.js';

/** What a {@link CommReader} works with. */
export interface CommReaderDeps extends Pick<ExecutionServices, 'executor' | 'prisma'> {
  ownership: Pick<RuntimeOwnership, 'isOwner'>;
  forwarder: Pick<OperationForwarder, 'forward'>;
}

/** A session, and from where its comms are read. */
export interface CommPosition {
  spaceSlug: string;
  sessionId: string;
  /** The cursor of the page before; null for the state. */
  after: string | null;
}

/** So long another gateway is not asked, in milliseconds: what happens meanwhile comes in one answer. */
const forwardAfterMs = 100;

const document = `query SessionComms($spaceSlug: String!, $sessionId: ID!, $after: String) {
  space(slug: $spaceSlug) {
    session(id: $sessionId) {
      comms(after: $after) {
        cursor isReset state
        messages { type commId targetName metadata data buffers messageId }
      }
    }
  }
}`;

/** The answer to {@link document}. */
interface Answered {
  space: {
    session: {
      comms: {
        cursor: string;
        isReset: boolean;
        state: NonNullable<CommPage['state']> | null;
        messages: AnsweredMessage[];
      };
    };
  };
}

interface AnsweredMessage {
  type: CommPage['items'][number]['type'];
  commId: string;
  targetName: string | null;
  metadata: Record<string, unknown> | null;
  data: Record<string, unknown>;
  buffers: string[] | null;
  messageId: string | null;
}

/**
 * Reads the comms of sessions for those who follow them at this gateway: here, or from the gateway that runs the kernels. There it
 * is asked once for all who have read as far.
 */
export class CommReader {
  readonly #asking = new Map<string, Promise<CommPage>>();

  readonly #deps: CommReaderDeps;

  constructor(deps: CommReaderDeps) {
    this.#deps = deps;
  }

  /**
   * Reads a page; see {@link readComms}. The caller has authorized the session.
   * @throws DomainError as {@link readComms}, and what forwarding throws
   */
  async read(ctx: RequestContext, position: CommPosition): Promise<CommPage> {
    const { sessionId, after } = position;
    if (this.#deps.ownership.isOwner) return readComms(this.#deps, sessionId, after);
    const key = `${sessionId} ${after}`;
    for (;;) {
      const others = this.#asking.get(key);
      if (!others) return this.#askForAll(ctx, position, key);
      const page = await others.catch(passOn);
      if (page) return page;
    }
  }

  #askForAll(ctx: RequestContext, position: CommPosition, key: string): Promise<CommPage> {
    const asking = this.#ask(ctx, position).finally(() => {
      if (this.#asking.get(key) === asking) this.#asking.delete(key);
    });
    this.#asking.set(key, asking);
    return asking;
  }

  async #ask({ actor, requestId }: RequestContext, variables: CommPosition): Promise<CommPage> {
    await sleep(forwardAfterMs, undefined, { ref: false });
    const request = { document, operationName: undefined, variables: { ...variables }, actor, requestId };
    const { data, errors } = decodeAnswer(await this.#deps.forwarder.forward(request), undefined);
    const [error] = errors ?? [];
    if (error) throw error.originalError ?? error;
    const { cursor, isReset, state, messages } = (data as unknown as Answered).space.session.comms;
    return { cursor, items: messages.map(toItem), ...(isReset ? { state } : {}) };
  }
}

/** What happened to one who asked happens to the others too, unless it is about that one, who may have lost the permission. */
function passOn(error: unknown): undefined {
  if (isTemporary(error)) throw error;
}

function toItem(message: AnsweredMessage): CommPage['items'][number] {
  const { type, commId, targetName, metadata, data, buffers, messageId } = message;
  const common = {
    ...{ comm_id: commId, data },
    ...(buffers ? { buffers } : {}),
    ...(messageId === null ? {} : { message_id: messageId }),
  };
  if (type !== 'comm_open') return { type, ...common };
  return { type, target_name: targetName ?? '', metadata: metadata ?? {}, ...common };
}
