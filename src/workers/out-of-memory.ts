import { setTimeout as sleep } from 'node:timers/promises';

/** How long after it the death of a kernel is put down to it. */
const explainsMs = 10_000;
/** A system may report it a little after the kernel's death was seen. */
const lateMs = 1_000;

/** When the system ended processes of workers because they had no memory left. */
export class OutOfMemory {
  readonly #at = new Map<string, number>();
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Notes that it happened to a worker now. */
  happened(workerId: string): void {
    const now = Date.now();
    for (const [id, at] of this.#at) if (now - at > explainsMs) this.#at.delete(id);
    this.#at.set(workerId, now);
    for (const wake of this.#waiting.get(workerId) ?? []) wake();
  }

  /** Whether it happened to a worker in the last 10 s, or happens within one second. */
  async explains(workerId: string): Promise<boolean> {
    if (!this.#isRecent(workerId)) await this.#next(workerId);
    return this.#isRecent(workerId);
  }

  #isRecent(workerId: string): boolean {
    return Date.now() - (this.#at.get(workerId) ?? 0) <= explainsMs;
  }

  async #next(workerId: string): Promise<void> {
    const waiting = this.#waiting.get(workerId) ?? new Set();
    this.#waiting.set(workerId, waiting);
    let wake = () => {};
    const happened = new Promise<void>((resolve) => {
      wake = resolve;
    });
    waiting.add(wake);
    await Promise.race([happened, sleep(lateMs, undefined, { ref: false })]);
    waiting.delete(wake);
    if (waiting.size === 0) this.#waiting.delete(workerId);
  }
}
