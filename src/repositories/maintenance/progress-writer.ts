import type { MaintenanceStep } from '../../../prisma/generated/client/client.js';

const intervalMs = 500;

/** Writes one state of a maintenance; `percent` is null when a step begins. */
type WriteProgress = (step: MaintenanceStep, percent: number | null) => Promise<void>;

/** Writes the progress of one maintenance, at a limited rate: Git prints many lines a second. */
export class ProgressWriter {
  readonly #write: WriteProgress;
  #writing: Promise<void> | undefined;
  #next: [MaintenanceStep, number | null] | undefined;
  #written: { step: MaintenanceStep; at: number } | undefined;
  #ended = false;

  /** @param write writes one state; its failure is ignored, because the next write may succeed */
  constructor(write: WriteProgress) {
    this.#write = write;
  }

  /** Reports a state. A new step is written immediately, a percentage at most twice a second. */
  report(step: MaintenanceStep, percent: number | null): void {
    const last = this.#written;
    if (last?.step === step && performance.now() - last.at < intervalMs) return;
    this.#next = [step, percent];
    this.#writing ??= this.#writeAll();
  }

  /** Waits for the current write; nothing is written after it. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#next && !this.#ended) {
      const [step, percent] = this.#next;
      this.#next = undefined;
      await this.#write(step, percent).catch(() => {});
      this.#written = { step, at: performance.now() };
    }
    this.#writing = undefined;
  }
}
