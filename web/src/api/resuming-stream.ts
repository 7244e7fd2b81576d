import { type ApiFault, isTemporary } from './api-error.js';
import type { Subscriber } from './subscriber.js';
import type { StreamSink } from './transport.js';

const firstDelayMs = 300;
const maxDelayMs = 10_000;

/** What {@link ResumingStream} uses. */
export interface ResumingStreamOptions<Data, Variables> {
  variables: Variables;
  subscriber: Subscriber<Data, Variables>;
  /** Opens the subscription with these variables; returns what ends it. */
  open(variables: Variables, sink: StreamSink<Data>): () => void;
  /** Called when the connection broke, or the gateway can not answer now; the stream is going to be opened again. */
  onBroken(): void;
  /** Called for each event: the connection works. */
  onEvent(): void;
  /** Called when the gateway refuses the token. */
  onUnauthenticated(): void;
  /** Called once, when nothing more comes. */
  onEnd(): void;
}

/** One subscription that is opened again after its last event whenever its stream ends early. */
export class ResumingStream<Data, Variables> {
  readonly #options: ResumingStreamOptions<Data, Variables>;
  #variables: Variables;
  #stop: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #isEnded = false;

  constructor(options: ResumingStreamOptions<Data, Variables>) {
    this.#options = options;
    this.#variables = options.variables;
  }

  /** Opens the stream. */
  start(): void {
    let isOpen = true;
    /** The late calls of a stream that was left go nowhere. */
    const once = (action: () => void) => {
      if (!isOpen || this.#isEnded) return;
      isOpen = false;
      action();
    };
    this.#stop = this.#options.open(this.#variables, {
      next: (data) => {
        if (isOpen && !this.#isEnded) this.#take(data);
      },
      refused: (fault) => once(() => this.#refused(fault)),
      broken: () => once(() => this.#broken()),
      complete: () => once(() => this.#retry()),
    });
  }

  /** Ends the subscription; its subscriber hears nothing more. */
  close(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#timer);
    this.#stop?.();
    this.#options.onEnd();
  }

  #take(data: Data): void {
    const { subscriber, onEvent } = this.#options;
    this.#failures = 0;
    onEvent();
    subscriber.onData(data);
    this.#variables = { ...this.#variables, ...subscriber.resume?.(data) };
    if (subscriber.isLast?.(data)) this.close();
  }

  #refused(fault: ApiFault): void {
    if (isTemporary(fault)) {
      this.#broken();
      return;
    }
    this.close();
    if (fault.code === 'unauthenticated') this.#options.onUnauthenticated();
    else this.#options.subscriber.onFault?.(fault);
  }

  #broken(): void {
    this.#options.onBroken();
    this.#retry();
  }

  #retry(): void {
    // What the gateway may still keep of it would count as a stream of this user.
    this.#stop?.();
    this.#stop = undefined;
    const delay = Math.min(maxDelayMs, firstDelayMs * 2 ** this.#failures++);
    this.#timer = setTimeout(
      () => {
        if (this.#options.subscriber.onResume?.() === false) this.close();
        else if (!this.#isEnded) this.start();
      },
      delay * (0.75 + Math.random() / 2),
    );
  }
}
