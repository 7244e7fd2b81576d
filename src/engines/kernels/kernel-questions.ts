import { type Kernel, KernelMessage } from '@jupyterlab/services';
import { DomainError } from '../../errors.js';
import { rejectOnAbort } from '../events/reject-on-abort.js';
import type { IncomingMessage } from './decode-message.js';
import { kernelBusy } from './kernel-busy.js';
import { runtimeUnavailable } from './runtime-unavailable.js';
import type { StatusTracker } from './status-tracker.js';
import { toRecord } from './to-record.js';

/** How long a question may take, also where a subshell must be created first. A kernel may need longer for its first one. */
const maxAnswerMs = 1_000;
/** The maximum number of questions that wait for the answers of one kernel. */
const maxOpen = 16;
const maxSubshellId = 200;

type ShellOptions = KernelMessage.IOptions<KernelMessage.ICompleteRequestMsg>;

/** A request that a kernel answers without running code as a cell. */
export interface KernelQuestion {
  /** The type of the message, without `_request`. */
  type: 'complete' | 'inspect' | 'is_complete' | 'history';
  content: Record<string, unknown>;
}

/** What {@link KernelQuestions} work with. */
export interface KernelQuestionsDeps {
  connection: Kernel.IKernelConnection;
  /** The session id of the connection. */
  clientId: string;
  status: StatusTracker;
}

/**
 * Asks a kernel for completions and the like. A kernel with subshells answers in one, also while a cell runs, and a slow
 * answer delays no cell: a subshell is created for the connection, or one found that an earlier connection has left.
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#kernel-subshells
 */
export class KernelQuestions {
  readonly #open = new Map<string, (content: Record<string, unknown>) => void>();
  readonly #deps: KernelQuestionsDeps;
  #asking = 0;
  #infoRequest: string | undefined;
  #hasSubshells: boolean | undefined;
  #subshell: Promise<string> | undefined;

  constructor(deps: KernelQuestionsDeps) {
    this.#deps = deps;
    // The subshells of the process that ends end with it.
    deps.status.listen((status) => {
      if (status === 'restarting') this.#subshell = undefined;
    });
  }

  /** Call for every message that is sent. */
  sent({ header }: KernelMessage.IMessage): void {
    if (header.msg_type === 'kernel_info_request') this.#infoRequest = header.msg_id;
  }

  /** Call for every message that arrives. */
  received({ channel, header, parent_header: parent, content }: IncomingMessage): void {
    if (channel !== 'shell' && channel !== 'control') return;
    const { msg_id: request } = parent as { msg_id: string };
    // A relay also sends replies again that an earlier connection asked for.
    if (header.msg_type === 'kernel_info_reply' && request === this.#infoRequest) {
      const { supported_features: features } = content as { supported_features?: unknown };
      this.#hasSubshells = Array.isArray(features) && features.includes('kernel subshells');
    }
    this.#open.get(request)?.(toRecord(content));
  }

  /**
   * Asks, and waits for a second at most.
   * @returns the content of the reply, as the kernel sent it
   * @throws DomainError `kernel_busy` when the kernel runs a cell and cannot answer beside it, `overloaded`,
   *   `runtime_unavailable`
   */
  async ask(question: KernelQuestion): Promise<Record<string, unknown>> {
    if (this.#asking >= maxOpen)
      throw new DomainError('overloaded', 'Too many questions wait for this kernel; ask again later.', {
        retryAfterSeconds: 1,
      });
    this.#asking += 1;
    try {
      return await this.#ask(question);
    } finally {
      this.#asking -= 1;
    }
  }

  get #isBusy(): boolean {
    return this.#deps.status.current === 'busy';
  }

  async #ask({ type, content }: KernelQuestion): Promise<Record<string, unknown>> {
    const signal = AbortSignal.timeout(maxAnswerMs);
    const inSubshell = this.#hasSubshells || this.#isBusy;
    const subshellId = inSubshell ? await this.#findSubshell(signal) : undefined;
    try {
      const reply = await this.#send('shell', `${type}_request`, content, { signal, subshellId });
      // It may be about a subshell that somebody else has deleted.
      if (reply.status !== 'ok' && subshellId !== undefined) this.#subshell = undefined;
      return reply;
    } catch (error) {
      throw error instanceof DomainError ? error : this.#notAnswered(error);
    }
  }

  #notAnswered(cause: unknown): DomainError {
    if (this.#isBusy) return kernelBusy(cause);
    const message = 'The kernel did not answer within a second; ask again.';
    return new DomainError('runtime_unavailable', message, { cause, retryAfterSeconds: 1 });
  }

  async #findSubshell(signal: AbortSignal): Promise<string> {
    if (this.#hasSubshells === false) throw kernelBusy();
    this.#subshell ??= this.#openSubshell().catch((error) => {
      this.#subshell = undefined;
      throw error;
    });
    try {
      return await rejectOnAbort(this.#subshell, signal);
    } catch (error) {
      throw error instanceof DomainError ? error : this.#notAnswered(error);
    }
  }

  async #openSubshell(): Promise<string> {
    const options = { signal: AbortSignal.timeout(maxAnswerMs) };
    const { subshell_id: ids } = await this.#send('control', 'list_subshell_request', {}, options);
    const found: unknown = Array.isArray(ids) ? ids[0] : undefined;
    if (isSubshellId(found)) return found;
    const { subshell_id: id } = await this.#send('control', 'create_subshell_request', {}, options);
    if (!isSubshellId(id)) throw kernelBusy();
    return id;
  }

  async #send(
    channel: 'shell' | 'control',
    msgType: string,
    content: Record<string, unknown>,
    { signal, subshellId }: { signal: AbortSignal; subshellId?: string },
  ): Promise<Record<string, unknown>> {
    const { connection, clientId: session } = this.#deps;
    // The library would keep the message until it is connected again, and nobody waits for the answer then.
    if (connection.connectionStatus !== 'connected' || connection.status === 'dead')
      throw runtimeUnavailable('The kernel cannot be reached at the moment; ask again in a few seconds.');
    // The library has a type for each message and none for all.
    const options = { channel, msgType, session, content, subshellId } as unknown;
    const message = KernelMessage.createMessage(options as ShellOptions);
    const id = message.header.msg_id;
    const answer = new Promise<Record<string, unknown>>((resolve) => {
      this.#open.set(id, resolve);
    });
    try {
      if (channel === 'shell') connection.sendShellMessage(message).dispose();
      else connection.sendControlMessage(message as unknown as KernelMessage.IControlMessage).dispose();
      return await rejectOnAbort(answer, signal);
    } finally {
      this.#open.delete(id);
    }
  }
}

function isSubshellId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= maxSubshellId;
}
