import { toCount } from './to-count.js';
import { toRecord } from './to-record.js';

/** Output that the relay dropped. */
export interface LostOutput {
  count: number;
  /** The id of the request that it belonged to. */
  parentId: string;
  /** The type of that request; undefined where an older relay does not say it. */
  parentType?: string;
  /** Of the report in the spool. */
  position: number;
}

/** Gets what the relay reports as dropped. */
export type LostListener = (lost: LostOutput) => void;

/** A WebSocket to the relay. */
export interface RelayedSocket {
  /** Sends text; does nothing while the socket is not open. */
  sendText(text: string): void;
  /** Reads the messages that were held, and those that come. */
  deliverHeld(): void;
}

/** The codes with which a relay closes a socket for good: another client is attached now, or a message was refused. */
const finalCodes = [4001, 4002];

/**
 * How far one connection has read the messages of a kernel from the relay of its worker. The relay numbers them, keeps
 * them until they are acknowledged, and sends them again after a broken connection.
 */
export class KernelRelay {
  #after: number;
  readonly #owner: number;
  readonly #runId: string | undefined;
  #spool: string | undefined;
  #runFrom: number | null | undefined;
  /** The position up to which messages were there at the first connection. */
  #readUntil = Number.POSITIVE_INFINITY;
  #resolveCaughtUp!: () => void;
  #isHeld: boolean;
  #socket: RelayedSocket | undefined;
  #acknowledged = 0;
  readonly #deps: {
    lost: LostListener;
    attached: (isRestarting: boolean) => void;
    ended: (reason: 'connection_lost' | 'kernel_died') => void;
  };

  /** Resolves when all is read that was there at the first connection, or the connection is closed. */
  readonly caughtUp: Promise<void>;

  /**
   * @param options.after the position of the last message that is known
   * @param options.owner the number of the ownership of this process: the relay refuses lower ones from then on
   * @param options.runId the run that is going to be resumed
   * @param options.isHeld whether no message is read until {@link release}
   * @param options.attached is called at each connection, before its messages; `isRestarting`: the kernel takes no request now
   * @param options.ended is called when the relay closes the connection for good
   */
  constructor(options: {
    after: number;
    owner: number;
    runId?: string;
    isHeld: boolean;
    lost: LostListener;
    attached: (isRestarting: boolean) => void;
    ended: (reason: 'connection_lost' | 'kernel_died') => void;
  }) {
    this.#deps = options;
    this.#after = options.after;
    this.#owner = options.owner;
    this.#runId = options.runId;
    this.#isHeld = options.isHeld;
    this.caughtUp = new Promise((resolve) => {
      this.#resolveCaughtUp = resolve;
    });
  }

  /** The id of the spool; undefined until the relay has answered. */
  get spool(): string | undefined {
    return this.#spool;
  }

  /**
   * The position from which on the messages are those of the process that got the request of the run that is going to be resumed.
   * Null where no process has got it, nor will; undefined without such a run, and where the relay does not say that.
   */
  get runFrom(): number | null | undefined {
    return this.#runFrom;
  }

  /** Whether a run is going to be resumed that the kernel may have. */
  get hasRun(): boolean {
    return this.#runId !== undefined && this.#runFrom !== null;
  }

  /** Whether the relay says that the kernel has not got the request of a run, nor will: it can be sent as a new one. */
  lacks(runId: string): boolean {
    return this.#runId === runId && this.#runFrom === null;
  }

  /** Whether all is read that was there at the first connection. */
  get isCaughtUp(): boolean {
    return this.#after >= this.#readUntil;
  }

  /** Whether messages wait for {@link release}. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** The relay's address for the one that the library opens, of the same kernel. */
  address(url: string): string {
    const address = new URL(url);
    address.pathname = address.pathname.replace(
      /api\/kernels\/([^/]+)\/channels$/,
      'notebook-gateway/kernels/$1/relay',
    );
    address.search = `?after=${this.#after}&owner=${this.#owner}`;
    if (this.#runId !== undefined) address.searchParams.set('run', this.#runId);
    return address.href;
  }

  /** A socket is going to be opened at {@link address}: what comes from an earlier one does not count from now on. */
  opening(socket: RelayedSocket): void {
    this.#socket = socket;
  }

  /** Whether a socket is the newest. */
  isCurrent(socket: RelayedSocket): boolean {
    return this.#socket === socket;
  }

  /** The newest socket is open now. */
  opened(): void {
    if (this.#acknowledged > 0) this.#sendAcknowledged();
  }

  /** A socket was closed. The relay closes an earlier socket of this connection too when the next one is open. */
  closed(socket: RelayedSocket, code: unknown): void {
    if (!this.isCurrent(socket)) return;
    this.#socket = undefined;
    if (finalCodes.includes(code as number)) this.#deps.ended('connection_lost');
  }

  /** Reads the messages from now on. */
  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#socket?.deliverHeld();
  }

  /** Whether a message is new, by its position; it counts as read then. */
  isNew(position: number): boolean {
    if (position <= this.#after) return false;
    this.#after = position;
    if (this.isCaughtUp) this.#resolveCaughtUp();
    return true;
  }

  /** Text from the relay: its first answer, or a report of what it dropped. Other text is ignored. */
  received(text: string): void {
    const greeting = parse(text);
    const { spool, lost, parent, type, position } = greeting;
    if (typeof spool === 'string') this.#attached(spool, greeting);
    if (typeof lost !== 'number' || typeof position !== 'number' || !this.isNew(position)) return;
    const parentId = typeof parent === 'string' ? parent : '';
    const parentType = typeof type === 'string' ? type : undefined;
    this.#deps.lost({ count: lost, parentId, parentType, position });
  }

  /** The relay may forget all up to a position. */
  acknowledge(position: number): void {
    if (position <= this.#acknowledged || position > this.#after) return;
    this.#acknowledged = position;
    this.#sendAcknowledged();
  }

  /** The connection is closed for good. */
  close(): void {
    this.#readUntil = 0;
    this.#resolveCaughtUp();
  }

  #attached(spool: string, greeting: Record<string, unknown>): void {
    if (this.#spool === undefined) this.#begin(greeting);
    // Another spool has other positions: the server, and the kernel with it, is another one.
    const isOther = this.#spool !== undefined && this.#spool !== spool;
    this.#spool ??= spool;
    if (isOther) this.#deps.ended('kernel_died');
    else this.#deps.attached(greeting.restarting === true);
  }

  #begin({ first, next, run }: Record<string, unknown>): void {
    if (this.#runId !== undefined) this.#runFrom = run === null ? null : (toCount(run) ?? undefined);
    const last = (toCount(next) ?? 1) - 1;
    const isEmpty = last < (toCount(first) ?? 1);
    this.#readUntil = isEmpty ? this.#after : last;
    if (this.isCaughtUp) this.#resolveCaughtUp();
  }

  #sendAcknowledged(): void {
    this.#socket?.sendText(JSON.stringify({ ack: this.#acknowledged }));
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    return toRecord(JSON.parse(text));
  } catch {
    return {};
  }
}
