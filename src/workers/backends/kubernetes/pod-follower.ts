import type { V1Pod } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import { hideSecrets } from '../../hide-secrets.js';
import type { WorkerExit } from '../../worker-exit.js';
import { containerOf, isEnding, type PodTrouble, troubleOf } from './pod-status.js';
import { endOf, type PodEnd, whyPodEnded } from './why-pod-ended.js';
import { workerLabel } from './worker-object-names.js';
import { profileValuesOf } from './worker-pod.js';

const maxLogLength = 4_000;
/** How soon the API is asked again that did not say whether a trouble lasts. */
const askAgainMs = 10_000;

const serverSilent: PodEnd = {
  reason: 'lost',
  detail: 'The Jupyter server does not answer any more; start a new worker.',
};

/** A worker whose Pod was ready. */
interface Followed {
  trouble?: PodTrouble;
  /** Ends the worker when its trouble does not pass. */
  timer?: NodeJS.Timeout;
  /** Its end is about to be reported. */
  isEnding?: boolean;
}

/** A trouble that ends its worker when it lasts, and the Pod as it was when that began. */
interface SeenTrouble {
  followed: Followed;
  trouble: PodTrouble;
  pod: V1Pod;
}

/** What a {@link PodFollower} works with. */
export interface PodFollowerDeps {
  /** How long a node or a server may be silent. */
  maxTroubleMs: number;
  /** Reads a Pod; undefined when it is gone. @throws ClusterError when the API does not answer */
  findPod(workerId: string): Promise<V1Pod | undefined>;
  /** What the container of an ended Pod printed at last; see `WorkerExit`. Never throws. */
  lastOutputOf(workerId: string, pod: V1Pod): Promise<string | undefined>;
  log: Logger;
}

/** Reports the ends of the workers that run. It learns of them from the changes of their Pods alone. */
export class PodFollower {
  readonly #followed = new Map<string, Followed>();
  readonly #listeners = new Set<(exit: WorkerExit) => void>();

  readonly #deps: PodFollowerDeps;

  constructor(deps: PodFollowerDeps) {
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
    if (!workerId || !followed || followed.isEnding) return;
    if (isGone || isEnding(pod)) void this.#end(workerId, followed, whyPodEnded(pod), pod);
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
    if (trouble) this.#askLater(workerId, { followed, trouble, pod }, this.#deps.maxTroubleMs);
  }

  #askLater(workerId: string, seen: SeenTrouble, delayMs: number): void {
    const { followed } = seen;
    followed.timer = setTimeout(() => void this.#endIfItLasts(workerId, seen), delayMs);
    followed.timer.unref();
  }

  /** Asks first: while the API is away, what was seen last is old, and the worker may be well again. */
  async #endIfItLasts(workerId: string, seen: SeenTrouble): Promise<void> {
    const { followed, trouble } = seen;
    const isOver = () => this.#followed.get(workerId) !== followed || followed.trouble !== trouble;
    let pod: V1Pod | undefined;
    try {
      pod = await this.#deps.findPod(workerId);
    } catch {
      if (!isOver()) this.#askLater(workerId, seen, Math.min(askAgainMs, this.#deps.maxTroubleMs));
      return;
    }
    if (isOver() || followed.isEnding) return;
    if (!pod || troubleOf(pod) !== trouble) this.changed(pod ?? seen.pod, pod === undefined);
    else
      await this.#end(workerId, followed, trouble === 'node_silent' ? endOf('node_lost') : serverSilent, pod);
  }

  /** Reads the output first: whoever hears of the end may remove the Pod. */
  async #end(workerId: string, followed: Followed, { reason, detail }: PodEnd, pod: V1Pod): Promise<void> {
    followed.isEnding = true;
    clearTimeout(followed.timer);
    const { exitCode, reason: containerReason } = containerOf(pod)?.state?.terminated ?? {};
    const output = await this.#deps.lastOutputOf(workerId, pod);
    this.#deps.log.warn(
      {
        workerId,
        reason,
        podReason: pod.status?.reason,
        containerReason,
        exitCode,
        output: output && hideSecrets(output, profileValuesOf(pod)).slice(-maxLogLength),
      },
      'the Pod of a worker ended',
    );
    // It was stopped meanwhile.
    if (this.#followed.get(workerId) !== followed) return;
    this.unfollow(workerId);
    for (const listener of this.#listeners) listener({ workerId, reason, detail, output });
  }
}
