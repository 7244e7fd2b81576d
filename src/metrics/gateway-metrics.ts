import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { processMetrics } from './process-metrics.js';
import { resultOrFallback } from './result-or-fallback.js';

/** The ways to reach the gateway. `other` has the pages that belong to none of them, such as `/healthz`. */
export type Transport = 'rest' | 'graphql' | 'git' | 'other';

/** A request that was answered, or whose client has left. */
export interface AnsweredRequest {
  transport: Transport;
  /** From a closed list: never a path, or a name that a client chose. */
  operation: string;
  /** The HTTP status; 499 when its client left before the answer began. */
  status: number;
  /** The error code of the answer; undefined where it has none. */
  code?: string;
  seconds: number;
  /** Whether the answer was a stream of events, which lasts as long as its reader likes. */
  isStream: boolean;
}

/** One value of a gauge, with the values of its labels. */
export interface GaugeValue {
  labels: Record<string, string>;
  value: number;
}

/** A gauge that is read when it is asked for. */
export interface GaugeSource {
  /** Without the prefix of all metrics. */
  name: string;
  help: string;
  labels?: string[];
  /** Returns all values. */
  read(): GaugeValue[] | Promise<GaugeValue[]>;
  /** Its values when `read` rejects, or takes over 2 s; default none. */
  otherwise?: GaugeValue[];
}

/** A scrape is given up after 10 s, and a database that does not answer shall not take the other metrics with it. */
const maxReadMs = 2_000;
const prefix = 'notebook_gateway_';
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120];
const outputBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600];
const runBuckets = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300, 1800, 7200];
const databaseBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 30];

/**
 * The metrics of one gateway, which Prometheus reads. Labels have values from closed lists only, so their number is bounded, and
 * none of them has the name or the id of a space, a user or a file.
 * @see https://prometheus.io/docs/practices/naming/
 */
export class GatewayMetrics {
  readonly #registry = new Registry();
  readonly #requests = this.#counter('requests_total', 'Requests that were answered.', [
    'transport',
    'operation',
    'status',
  ]);
  readonly #requestSeconds = this.#histogram(
    'request_duration_seconds',
    'From the arrival of a request to the end of its answer, without streams of events.',
    requestBuckets,
    ['transport', 'operation'],
  );
  readonly #errors = this.#counter('request_errors_total', 'Answers with an error, by its code.', [
    'transport',
    'code',
  ]);
  readonly #socketOperations = this.#counter(
    'socket_operations_total',
    'GraphQL operations that began over a WebSocket.',
    ['operation'],
  );
  readonly #runs = this.#counter('executions_total', 'Executions that ended here, by their end state.', [
    'status',
  ]);
  readonly #waitSeconds = this.#histogram(
    'execution_wait_seconds',
    'From the request to execute a cell to its start in the kernel.',
    outputBuckets,
  );
  readonly #firstOutputSeconds = this.#histogram(
    'execution_first_output_seconds',
    'From the start of a cell in its kernel to its first output.',
    outputBuckets,
  );
  readonly #runSeconds = this.#histogram(
    'execution_duration_seconds',
    'From the start of a cell in its kernel to its end.',
    runBuckets,
  );
  readonly #branchUpdates = this.#counter(
    'branch_updates_total',
    'Branches that this gateway moved to a new commit, by saves, pushes and syncs.',
  );
  readonly #connectionWaitSeconds = this.#histogram(
    'database_wait_seconds',
    'How long a query or transaction waited for a connection to the database.',
    databaseBuckets,
  );
  readonly #connectionUseSeconds = this.#histogram(
    'database_use_seconds',
    'How long a query or transaction used a connection to the database.',
    databaseBuckets,
  );

  /** Counts a request. */
  requestAnswered({ transport, operation, status, code, seconds, isStream }: AnsweredRequest): void {
    this.#requests.inc({ transport, operation, status: String(status) });
    if (!isStream) this.#requestSeconds.observe({ transport, operation }, seconds);
    if (code) this.#errors.inc({ transport, code });
  }

  /** An operation began over a WebSocket. @param operation from a closed list */
  socketOperation(operation: string): void {
    this.#socketOperations.inc({ operation });
  }

  /** A cell was sent to its kernel. @param waitedMs since it was requested */
  executionStarted(waitedMs: number): void {
    this.#waitSeconds.observe(Math.max(0, waitedMs) / 1000);
  }

  /** A cell had its first output. @param afterMs since it was sent to its kernel */
  firstOutput(afterMs: number): void {
    this.#firstOutputSeconds.observe(Math.max(0, afterMs) / 1000);
  }

  /** The end of an execution was written. */
  executionEnded(end: { status: string; startedAt?: Date | null; finishedAt: Date }): void {
    this.#runs.inc({ status: end.status });
    if (end.startedAt)
      this.#runSeconds.observe(Math.max(0, end.finishedAt.getTime() - end.startedAt.getTime()) / 1000);
  }

  /** This process moved a branch. */
  branchUpdated(): void {
    this.#branchUpdates.inc();
  }

  /** A connection to the database was given back. */
  connectionUsed({ waitedMs, usedMs }: { waitedMs: number; usedMs: number }): void {
    this.#connectionWaitSeconds.observe(waitedMs / 1000);
    this.#connectionUseSeconds.observe(usedMs / 1000);
  }

  /** Adds a gauge, which is read by each {@link text}. */
  addGauge({ name, help, labels = [], read, otherwise = [] }: GaugeSource): void {
    const registers = [this.#registry];
    new Gauge({
      ...{ name: prefix + name, help, labelNames: labels, registers },
      async collect() {
        this.reset();
        const values = await resultOrFallback(Promise.resolve().then(read), maxReadMs, otherwise);
        // Without labels, a gauge that was reset has the value 0, which would be wrong.
        if (values.length === 0 && labels.length === 0) this.set(Number.NaN);
        for (const one of values) this.set(one.labels, one.value);
      },
    });
  }

  /** The names of all metrics of the gateway and of its process. */
  names(): string[] {
    return [this.#registry, processMetrics()].flatMap((one) =>
      one.getMetricsAsArray().map(({ name }) => name),
    );
  }

  /** The media type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /**
   * All metrics in the text format.
   * @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
   */
  async text(): Promise<string> {
    const parts = await Promise.all([this.#registry.metrics(), processMetrics().metrics()]);
    return `${parts.map((part) => part.trimEnd()).join('\n')}\n`;
  }

  #counter<L extends string>(name: string, help: string, labelNames: L[] = []): Counter<L> {
    return new Counter({ name: prefix + name, help, labelNames, registers: [this.#registry] });
  }

  #histogram<L extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: L[] = [],
  ): Histogram<L> {
    return new Histogram({ name: prefix + name, help, buckets, labelNames, registers: [this.#registry] });
  }
}
