import type { V1Pod } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import type { WorkerExit } from '../../worker-exit.js';
import { endOf, type PodEnd, whyPodEnded } from './pod-end.js';
import { containerOf, isEnding, type PodTrouble, troubleOf } from './pod-status.js';
import { workerLabel } from './worker-object-names.js';

const serverSilent: PodEnd = {
  reason: 'lost',
  detail: 'The Jupyter server does not answer any more; start a new worker.',
};

/** A worker whose Pod was ready. */
interface Followed {
  trouble?: PodTrouble;
  /** Ends the worker when its trouble does not pass. */
  timer?: NodeJS.Timeout;
}

/** Reports the ends of the workers that run. It learns of them from the changes of their Pods alone. */
export class PodFollower {
  readonly #followed = new Map<string, Followed>();
  readonly #listeners = new Set<(exit: WorkerExit) => void>();

  readonly #deps: { maxTroubleMs: number; log: Logger };

  /** @param deps.maxTroubleMs how long a node or a server may be silent */
  constructor(deps: { maxTroubleMs: number; log: Logger }) {
    this.#deps = deps;
  }

  /** Begins to report the end of a worker. @param pod its present state */
  follow(workerId: string, pod: V1Pod): void {
    if (!this.#followed.has(workerId)) this.#followed.set(workerId, {});
    this.changed(pod, false);
  }

  unfollow(workerId: string): void {
    clearTimeout(this.#followed.get(workerId)?.timer);
    this.#followed.delete(workerId);
  }

  /** Takes note of a change of a Pod; see `PodListener`. */
  changed(pod: V1Pod, isGone: boolean): void {
    const workerId = pod.metadata?.labels?.[workerLabel];
    const followed = workerId && this.#followed.get(workerId);
    if (!workerId || !followed) return;
    if (isGone || isEnding(pod)) this.#end(workerId, whyPodEnded(pod), pod);
    else this.#watchTrouble(workerId, followed, pod);
  }

  /** @returns the function that removes the listener */
  onExit(listener: (exit: WorkerExit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    for (const workerId of this.#followed.keys()) this.unfollow(workerId);
    this.#listeners.clear();
  }

  #watchTrouble(workerId: string, followed: Followed, pod: V1Pod): void {
    const trouble = troubleOf(pod);
    if (trouble === followed.trouble) return;
    followed.trouble = trouble;
    clearTimeout(followed.timer);
    if (!trouble) return;
    const end = trouble === 'node_silent' ? endOf('node_lost') : serverSilent;
    followed.timer = setTimeout(() => this.#end(workerId, end, pod), this.#deps.maxTroubleMs);
    followed.timer.unref();
  }

  #end(workerId: string, { reason, detail }: PodEnd, pod: V1Pod): void {
    this.unfollow(workerId);
    const { exitCode, reason: containerReason } = containerOf(pod)?.state?.terminated ?? {};
    this.#deps.log.warn(
      { workerId, reason, podReason: pod.status?.reason, containerReason, exitCode },
      'the Pod of a worker ended',
    );
    for (const listener of this.#listeners) listener({ workerId, reason, detail });
  }
}
