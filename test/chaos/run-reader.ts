import { setTimeout as sleep } from 'node:timers/promises';
import { readEvents, type SentEvent } from '../support/sse.js';
import type { KeptGateway } from './kept-gateway.js';
import type { Random } from './random.js';
import type { Replicas } from './replicas.js';

/** An event of a log, in the same words from each transport. */
export interface ReadEvent {
  sequence: number;
  /** As in REST; `failure` for its SSE event `error`. */
  type: string;
  name?: string;
  text?: string;
  /** Of `output_lost`. */
  count?: number;
  reason?: string;
  /** Of `final_response`. */
  status?: string;
  outputs?: { output_type: string; name?: string; text?: string }[];
  /** Of `failure`. */
  code?: string;
  retryable?: boolean;
  /** Of `input_request`. */
  requestId?: string;
}

/** How a client reads the log of an execution. */
export type Transport = 'rest' | 'graphql';

const query = `subscription ($id: ID!, $after: Int!) {
  executionEvents(executionId: $id, after: $after) {
    __typename sequence type
    ... on StreamEvent { name text }
    ... on OutputLostEvent { count reason }
    ... on FinalResponse { status outputs }
    ... on ExecutionFailure { code retryable }
    ... on InputRequestEvent { requestId }
  }
}`;
/** A stream that is silent for so long is opened again. */
const idleMs = 4_000;

/** Reads the log of one execution to its end, over as many connections as it takes. */
export class RunReader {
  readonly events: ReadEvent[] = [];
  /** What {@link readLate} got. */
  readonly late: ReadEvent[] = [];
  /** Connections that it opened. */
  opened = 0;
  fault: string | undefined;

  readonly transport: Transport;
  readonly #replicas: Replicas;
  readonly #random: Random;
  readonly #run: { id: string; session: string };

  constructor(
    transport: Transport,
    replicas: Replicas,
    random: Random,
    run: { id: string; session: string },
  ) {
    this.transport = transport;
    this.#replicas = replicas;
    this.#random = random;
    this.#run = run;
  }

  get #last(): ReadEvent | undefined {
    return this.events.at(-1);
  }

  /** Whether it has the terminal event. */
  get hasEnded(): boolean {
    return this.#last?.type === 'final_response' || this.#last?.type === 'failure';
  }

  /**
   * Reads at gateways that it chooses at random, and leaves them now and then. Never rejects.
   * @param isUp whether to go on
   * @param gateways default both
   */
  async read(isUp: () => boolean, gateways: readonly KeptGateway[] = this.#replicas.gateways): Promise<void> {
    while (!this.hasEnded && !this.fault && isUp()) {
      const leaveAfter = this.#random.below(4) === 0 ? 1 + this.#random.below(40) : Number.POSITIVE_INFINITY;
      const connection = new AbortController();
      const silence = setTimeout(() => connection.abort(), idleMs);
      let left = leaveAfter;
      const isEnough = (event: ReadEvent | undefined) => {
        silence.refresh();
        if (event) this.#add(event);
        left -= 1;
        return left <= 0 || this.hasEnded || this.fault !== undefined;
      };
      // What broke is opened again; what is missing or twice then is a fault.
      await this.#readOnce(isEnough, connection.signal, gateways).catch(() => {});
      clearTimeout(silence);
      connection.abort();
      if (!this.hasEnded) await sleep(20 + this.#random.below(100));
    }
  }

  /**
   * Reads what came after the end, over REST, as far as it is there. Never rejects.
   * @returns whether that is known: a gateway answered that there is no more
   */
  async readLate(): Promise<boolean> {
    const status = await this.#readLateOnce().catch(() => 0);
    return status === 204;
  }

  async #readLateOnce(): Promise<number> {
    const after = (this.late.at(-1) ?? this.#last)!.sequence;
    const signal = AbortSignal.timeout(idleMs);
    const response = await this.#openRest(signal, this.#replicas.gateways, after);
    if (response.status === 200)
      await readEvents(response, (sent) => {
        this.#add(fromRest(sent), this.late);
        return this.fault !== undefined;
      });
    return response.status;
  }

  #add(event: ReadEvent, to = this.events): void {
    const expected = ((to.at(-1) ?? this.#last)?.sequence ?? 0) + 1;
    if (event.sequence === expected) to.push(event);
    else this.fault = `${this.transport} sent event ${event.sequence} in place of ${expected}`;
  }

  async #readOnce(
    isEnough: (event: ReadEvent | undefined) => boolean,
    signal: AbortSignal,
    gateways: readonly KeptGateway[],
  ): Promise<void> {
    const response = await (this.transport === 'rest'
      ? this.#openRest(signal, gateways)
      : this.#openGraph(signal, gateways));
    this.opened += 1;
    if (response.status === 200)
      await readEvents(response, (sent) =>
        isEnough(this.transport === 'rest' ? fromRest(sent) : fromGraph(sent)),
      );
    else if (response.status < 500 && response.status !== 429)
      this.fault = `the stream over ${this.transport} was answered with ${response.status} ${await response.text()}`;
  }

  #openRest(
    signal: AbortSignal,
    gateways: readonly KeptGateway[],
    after = this.#last?.sequence,
  ): Promise<Response> {
    const { id, session } = this.#run;
    const headers = after === undefined ? undefined : { 'last-event-id': String(after) };
    const path = `/sessions/${session}/executions/${id}/stream`;
    return this.#replicas.open(this.#random, path, { headers, signal }, gateways);
  }

  #openGraph(signal: AbortSignal, gateways: readonly KeptGateway[]): Promise<Response> {
    const variables = { id: this.#run.id, after: this.#last?.sequence ?? 0 };
    return this.#replicas.open(
      this.#random,
      '/graphql',
      { method: 'POST', body: { query, variables }, headers: { accept: 'text/event-stream' }, signal },
      gateways,
    );
  }
}

function fromRest({ event, data }: SentEvent): ReadEvent {
  const type = event === 'notebook_event' ? data.type : event === 'error' ? 'failure' : event;
  return pick({ ...data, requestId: data.request_id, type });
}

/** Undefined for what is no event of the log: an error of a gateway that stops, or the end of the stream. */
function fromGraph({ event, data }: SentEvent): ReadEvent | undefined {
  const sent = event === 'next' ? data?.data?.executionEvents : undefined;
  if (!sent) return undefined;
  return pick({ ...sent, type: sent.__typename === 'ExecutionFailure' ? 'failure' : sent.type });
}

function pick({
  sequence,
  type,
  name,
  text,
  count,
  reason,
  status,
  outputs,
  code,
  retryable,
  requestId,
}: ReadEvent): ReadEvent {
  const common = { sequence, type };
  if (type === 'stream') return { ...common, name, text };
  if (type === 'output_lost') return { ...common, count, reason };
  if (type === 'final_response') return { ...common, status, outputs };
  if (type === 'failure') return { ...common, code, retryable };
  if (type === 'input_request') return { ...common, requestId };
  return common;
}
