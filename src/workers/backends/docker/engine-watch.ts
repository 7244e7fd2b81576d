import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { DoublingWait } from '../../../engines/events/doubling-wait.js';
import type { DockerEngine } from './docker-engine.js';
import { readJsonLines } from './json-lines.js';

const minRetryMs = 200;
const maxRetryMs = 5_000;
/** A hanging engine ends no connection, so it is asked periodically. */
const pingPeriodMs = 5_000;

/** What happened to a container. */
export interface ContainerEvent {
  action: string;
  containerId: string;
  /** When it happened, in ms by the clock of the engine. */
  at: number;
  labels: Record<string, string>;
}

/** What an {@link EngineWatch} works with. */
export interface EngineWatchDeps {
  engine: DockerEngine;
  log: Logger;
  /** The labels of the containers that are watched. */
  label: string[];
  /** The events that are reported, e.g. `die`. */
  events: string[];
  onEvent(event: ContainerEvent): void;
  /** Called each time events begin to be watched, because earlier ones were missed. May fail; then it is called again. */
  onConnected(): Promise<void>;
}

/** The raw event of the engine. */
interface EngineEvent {
  Action?: string;
  timeNano?: number;
  Actor?: { ID?: string; Attributes?: Record<string, string> };
}

/** Watches the events of an engine until it is closed. It connects again after each failure, at first after 0.2 s. */
export class EngineWatch {
  readonly #closing = new AbortController();
  readonly #deps: EngineWatchDeps;
  #connectedAt: number | undefined;

  /** Begins immediately. */
  constructor(deps: EngineWatchDeps) {
    this.#deps = deps;
    void this.#run();
  }

  /** Whether the engine answers. */
  get isConnected(): boolean {
    return this.#connectedAt !== undefined;
  }

  /** For how long events have been watched without an interruption, in ms; 0 while they are not. */
  get watchedMs(): number {
    return this.#connectedAt === undefined ? 0 : performance.now() - this.#connectedAt;
  }

  close(): void {
    this.#closing.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const retry = new DoublingWait(minRetryMs, maxRetryMs);
    let isReported = false;
    while (!signal.aborted) {
      try {
        await this.#watchOnce(() => {
          retry.reset();
          isReported = false;
        });
      } catch (err) {
        if (!isReported && !signal.aborted) this.#deps.log.warn({ err }, 'the Docker engine is not watched');
        isReported = true;
      }
      this.#connectedAt = undefined;
      await retry.wait(signal);
    }
  }

  /** Watches until the connection ends or the engine does not answer. */
  async #watchOnce(connected: () => void): Promise<void> {
    const { engine, label, events, onConnected } = this.#deps;
    const { signal } = this.#closing;
    const stream = await engine.events(label, events);
    const ended = new AbortController();
    const end = () => stream.destroy();
    signal.addEventListener('abort', end);
    try {
      signal.throwIfAborted();
      const reading = this.#read(stream);
      reading.catch(() => {});
      await onConnected();
      this.#connectedAt = performance.now();
      connected();
      await Promise.race([reading, this.#pingUntil(ended.signal)]);
      throw new Error('The Docker engine ended the stream of its events.');
    } finally {
      signal.removeEventListener('abort', end);
      ended.abort();
      stream.destroy();
    }
  }

  async #read(stream: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const line of readJsonLines(stream)) {
      const { Action, Actor, timeNano = 0 } = line as EngineEvent;
      if (!Action || !Actor?.ID) continue;
      const at = timeNano / 1e6;
      this.#deps.onEvent({ action: Action, containerId: Actor.ID, at, labels: Actor.Attributes ?? {} });
    }
  }

  /** @throws EngineError once the engine does not answer */
  async #pingUntil(ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      await sleep(pingPeriodMs, undefined, { signal: ended, ref: false }).catch(() => {});
      if (!ended.aborted) await this.#deps.engine.ping();
    }
  }
}
