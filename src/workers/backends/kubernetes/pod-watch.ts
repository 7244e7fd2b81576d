import { setTimeout as sleep } from 'node:timers/promises';
import { type KubeConfig, type V1Pod, Watch } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import { DoublingWait } from '../../../engines/events/doubling-wait.js';
import { rejectOnAbort } from '../../../engines/events/reject-on-abort.js';
import { withTimeLimit } from '../../../engines/events/with-time-limit.js';
import { type ClusterClient, selectorOf } from './cluster-client.js';

/** The API ends each watch after this time. A connection that died silently is given up soon after it. */
const watchSeconds = 60;
const watchGraceMs = 10_000;
const connectTimeoutMs = 5_000;
const firstRetryMs = 200;
const maxRetryMs = 5_000;

/** Is called with a Pod that was added, changed or, with `isGone`, removed; a removed one is in its last known state. */
export type PodListener = (pod: V1Pod, isGone: boolean) => void;

/**
 * Knows the Pods with some labels by one watch. After each interruption it lists them all, so no change is missed; it
 * tries again for ever, with waits between 0.2 and 5 s.
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export class PodWatch {
  readonly #pods = new Map<string, V1Pod>();
  readonly #wakers = new Map<string, Set<() => void>>();
  readonly #closing = new AbortController();
  /** The version after which the next watch goes on; without one, all Pods are listed first. */
  #version: string | undefined;
  #isRunning = false;

  readonly #deps: {
    config: KubeConfig;
    cluster: Pick<ClusterClient, 'listPods'>;
    namespace: string;
    labels: Record<string, string>;
    onChange: PodListener;
    log: Logger;
  };

  constructor(deps: {
    config: KubeConfig;
    cluster: Pick<ClusterClient, 'listPods'>;
    namespace: string;
    labels: Record<string, string>;
    onChange: PodListener;
    log: Logger;
  }) {
    this.#deps = deps;
  }

  /** Begins to watch, at the first call. */
  open(): void {
    if (this.#isRunning || this.#closing.signal.aborted) return;
    this.#isRunning = true;
    void this.#run();
  }

  /** The last known state of a Pod. */
  get(name: string): V1Pod | undefined {
    return this.#pods.get(name);
  }

  /** Resolves at the next change of a Pod, and at the latest after `ms` or when `signal` aborts. */
  async untilChanged(name: string, ms: number, signal: AbortSignal): Promise<void> {
    const wait = new AbortController();
    const wakers = this.#wakers.get(name) ?? new Set();
    this.#wakers.set(name, wakers);
    const wake = () => wait.abort();
    wakers.add(wake);
    try {
      await sleep(ms, undefined, { signal: AbortSignal.any([signal, wait.signal]) });
    } catch {
      // Woken before the time was over.
    } finally {
      wakers.delete(wake);
      if (wakers.size === 0) this.#wakers.delete(name);
    }
  }

  /** Ends the watch. */
  close(): void {
    this.#closing.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const retry = new DoublingWait(firstRetryMs, maxRetryMs);
    while (!signal.aborted) {
      const begun = performance.now();
      const error = await this.#watchOnce();
      if (signal.aborted) return;
      const hasLasted = performance.now() - begun > maxRetryMs;
      if (hasLasted) retry.reset();
      if (error) {
        this.#version = undefined;
        const level = retry.isFirst ? 'warn' : 'debug';
        this.#deps.log[level]({ err: error }, 'the watch of the worker Pods was interrupted');
      }
      await retry.wait(signal);
    }
  }

  /** Lists if that is needed, then watches until the watch ends. @returns what went wrong */
  async #watchOnce(): Promise<unknown> {
    try {
      this.#version ??= await this.#list();
      return await this.#follow(this.#version);
    } catch (error) {
      return error;
    }
  }

  async #list(): Promise<string | undefined> {
    const { items, metadata } = await this.#deps.cluster.listPods(this.#deps.labels);
    const names = new Set(items.map((pod) => pod.metadata?.name));
    for (const [name, pod] of this.#pods) if (!names.has(name)) this.#note('DELETED', pod);
    for (const pod of items) this.#note('MODIFIED', pod);
    return metadata?.resourceVersion;
  }

  async #follow(resourceVersion: string | undefined): Promise<unknown> {
    const { config, namespace, labels } = this.#deps;
    const query = {
      labelSelector: selectorOf(labels),
      resourceVersion,
      allowWatchBookmarks: true,
      timeoutSeconds: watchSeconds,
    };
    let failure: unknown;
    let isOver = false;
    let end: (error: unknown) => void = () => {};
    const ended = new Promise<unknown>((resolve) => {
      end = resolve;
    });
    const onEvent = (type: string, object: V1Pod & { code?: number }) => {
      if (isOver) return;
      if (type === 'ERROR') failure = new Error(`The watch ended with the status ${object.code}.`);
      else this.#note(type, object);
    };
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const opening = new Watch(config).watch(path, query, onEvent, end);
    try {
      return (await this.#untilEnded(opening, ended)) ?? failure;
    } finally {
      isOver = true;
    }
  }

  /** The client bounds neither the opening of a watch nor the time that it lasts. */
  async #untilEnded(opening: Promise<AbortController>, ended: Promise<unknown>): Promise<unknown> {
    const { signal } = this.#closing;
    try {
      await rejectOnAbort(opening, withTimeLimit(signal, connectTimeoutMs));
      return await rejectOnAbort(ended, withTimeLimit(signal, watchSeconds * 1000 + watchGraceMs));
    } finally {
      opening.then(
        (watch) => watch.abort(),
        () => {},
      );
    }
  }

  #note(type: string, pod: V1Pod): void {
    const { name, resourceVersion } = pod.metadata ?? {};
    if (this.#version !== undefined) this.#version = resourceVersion ?? this.#version;
    if (type === 'BOOKMARK' || !name) return;
    if (type === 'DELETED') this.#pods.delete(name);
    else this.#pods.set(name, pod);
    this.#deps.onChange(pod, type === 'DELETED');
    for (const wake of this.#wakers.get(name) ?? []) wake();
  }
}
